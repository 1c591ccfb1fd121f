// A real Prometheus scrapes the endpoint and answers what people ask of it; a real promtool has nothing to say of the page.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, describe, expect } from 'vitest';
import { httpServerActiveRequests, httpServerRequestDuration } from '../../../src/catalog/http.ts';
import { exemplars } from '../../../src/core/recording/exemplar.ts';
import { Endpoint, type Listening } from '../../../src/endpoint/server.ts';
import { parseExposition } from '../../kit/samples/parse-exposition.ts';
import { startPrometheus } from '../../kit/servers/prometheus-process.ts';
import { testWith } from '../../kit/with-program.ts';
import { anyHostileMetrics, recordHostile } from './hostile.ts';
import { metric, OPENMETRICS, pageOf, type Sources, sources, textOf } from './sources.ts';

const undo: (() => unknown)[] = [];
afterAll(async () => {
  exemplars.source = undefined;
  for (const close of undo.splice(0).toReversed()) await close();
});

/** An endpoint and what is recorded behind it. */
async function endpoint(recorded: Sources): Promise<string> {
  const page = pageOf(recorded, { resourceAttributes: () => ({ 'service.name': 'shop' }) });
  const served = new Endpoint({ page, host: '127.0.0.1', port: 0, path: '/metrics' });
  undo.push(() => served.close());
  return ((await served.listen()) as Listening).url;
}

function recordEvery(milliseconds: number, record: () => void): void {
  const timer = setInterval(record, milliseconds);
  undo.push(() => clearInterval(timer));
  record();
}

describe('Prometheus', () => {
  testWith('prometheus', 'answers the 95th percentile of each route, and finds the traces', async (program) => {
    const recorded = sources();
    const duration = recorded.registry.instrument(httpServerRequestDuration);
    const route = (template: string): object => ({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'http.route': template,
    });
    exemplars.source = () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' });
    recordEvery(50, () => {
      duration.record(0.03, route('/users/:id'));
      duration.record(2, route('/"quoted"\n'));
    });
    recordEvery(50, () => recorded.application.provider.getMeter('app').createCounter('my.orders', { unit: '{order}' }).add(2));
    const prometheus = await startPrometheus(program, { shop: await endpoint(recorded) });
    undo.push(() => prometheus.stop());

    const quantiles = await prometheus.queryUntil(
      'histogram_quantile(0.95, sum by (le, http_route) (rate(http_server_request_duration_seconds_bucket[1m])))',
      (result) => result.length === 2 && result.every(({ value }) => Number(value[1]) > 0),
    );
    const byRoute = Object.fromEntries(quantiles.map((result) => [result.metric['http_route'], Number(result.value[1])]));
    // Within the buckets that hold 0.03 and 2.
    expect(byRoute['/users/:id']).toBeGreaterThan(0.025);
    expect(byRoute['/users/:id']).toBeLessThanOrEqual(0.05);
    expect(byRoute['/"quoted"\n']).toBeGreaterThan(1);
    expect(byRoute['/"quoted"\n']).toBeLessThanOrEqual(2.5);

    await prometheus.queryUntil('rate(my_orders_total[1m])', (result) => Number(result[0]?.value[1]) > 0);
    expect((await prometheus.query('target_info')).map((result) => result.metric['service_name'])).toEqual(['shop']);
    const traces = JSON.stringify(
      await prometheus.api('query_exemplars?query=http_server_request_duration_seconds_bucket&start=0&end=4000000000'),
    );
    expect(traces).toContain('0af7651916cd43dd8448eb211c80319c');
  });

  testWith('prometheus', 'stores every series of hostile pages as it was recorded', async (program) => {
    const recordings = fc.sample(anyHostileMetrics, { numRuns: 12, seed: 20_261_121 }).map(recordHostile);
    const jobs: Record<string, string> = {};
    for (const [index, recorded] of recordings.entries()) jobs[`page ${index}`] = await endpoint(recorded);
    const prometheus = await startPrometheus(program, jobs);
    undo.push(() => prometheus.stop());
    await prometheus.queryUntil('up == 1', (result) => result.length === recordings.length);
    for (const [index, recorded] of recordings.entries()) {
      const page = await textOf(pageOf(recorded, { resourceAttributes: () => ({ 'service.name': 'shop' }) }), OPENMETRICS);
      const samples = [...parseExposition(page, 'openmetrics').values()].flatMap((family) => family.samples);
      // Prometheus adds its own series of the scrape.
      const stored = (await prometheus.query(`{job="page ${index}",__name__!~"up|scrape_.*"}`)).map((result) =>
        labelsOf(result.metric),
      );
      const expected = samples.map(({ name, labels }) => labelsOf({ ...renamed(labels), __name__: name }));
      expect(stored.toSorted()).toEqual(expected.toSorted());
    }
  });
});

/** Labels of the target win over those of the page, which get another name. */
function renamed(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [key === 'job' || key === 'instance' ? `exported_${key}` : key, value]),
  );
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).filter(([key]) => key !== 'job' && key !== 'instance');
  return JSON.stringify(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe('promtool', () => {
  testWith('promtool', 'has nothing to say of the page', async ({ path }) => {
    const recorded = sources();
    recorded.registry.instrument(httpServerRequestDuration).record(0.2, { 'http.request.method': 'GET', 'http.route': '/' });
    recorded.registry.instrument(httpServerActiveRequests).add(1, { 'http.request.method': 'GET' });
    recorded.registry.instrument(metric('shop.empty', 'histogram', [], { unit: 's' })).bind();
    recorded.registry.instrument(metric('shop.fill', 'gauge', [], { unit: '1' })).set(0.5);
    const meter = recorded.application.provider.getMeter('app');
    meter.createCounter('my.orders', { unit: '{order}' }).add(1, { kind: 'gift' });
    meter.createUpDownCounter('my.baskets').add(1);
    meter.createHistogram('my.weight', { unit: 'g', description: 'Weights.' }).record(1);
    const page = await textOf(pageOf(recorded, { resourceAttributes: () => ({ 'service.name': 'shop' }) }));
    expect(execFileSync(path, ['check', 'metrics'], { input: page, encoding: 'utf8' })).toBe('');
  });
});

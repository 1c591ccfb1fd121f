// OTLP by every protocol, as a receiver of another make decodes it: content, headers, temporality, outages.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type App, killApps, runApp } from '../kit/apps/run-app.ts';
import { freePort } from '../kit/free-port.ts';
import { openOtlpSink, type OtlpPoint, type OtlpSink, type SinkOptions } from '../kit/servers/otlp-sink.ts';

const PRELOAD = ['--import', './test/sdk/fixtures/preload.mjs'];
const sinks: OtlpSink[] = [];

afterEach(async () => {
  await Promise.all(sinks.splice(0).map((sink) => sink.close()));
});
afterAll(killApps);

async function open(options: SinkOptions = {}): Promise<OtlpSink> {
  const sink = await openOtlpSink(options);
  sinks.push(sink);
  return sink;
}

function run(sink: { readonly url: string }, program: readonly string[], env: Readonly<Record<string, string>> = {}): App {
  return runApp([...PRELOAD, ...program], {
    env: { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env },
  });
}

/** A program that runs the expression every 20 ms until it is ended. */
const keepRecording = (expression: string): string[] => [
  '--input-type=module',
  '-e',
  `setInterval(() => { ${expression} }, 20);`,
];

const ONCE = ['--input-type=module', '-e', 'shop.orders.add(1)'];
const protocols = ['http/protobuf', 'http/json', 'grpc'] as const;
const server = (protocol: (typeof protocols)[number]): SinkOptions => ({ protocol: protocol === 'grpc' ? 'grpc' : 'http' });

describe.each(protocols)('OTLP by %s', (protocol) => {
  it('sends the resource, and the configured headers and compression', async () => {
    const sink = await open(server(protocol));
    const app = run(sink, ONCE, {
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=key%20one,shared=general',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'shared=own',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'the shop',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    await app.ended;
    const [request] = sink.requests;
    expect(request!.headers).toMatchObject({ 'api-key': 'key one', shared: 'own' });
    expect(request!.resource).toMatchObject({
      'service.name': 'the shop',
      'deployment.environment.name': 'test',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.distro.name': 'promtel',
      'process.pid': app.pid,
    });
    expect(request!.headers[protocol === 'grpc' ? 'grpc-encoding' : 'content-encoding']).toBe('gzip');
  });

  it('reports an outage once, and once when it is over', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const app = run({ url }, keepRecording('shop.orders.add(1)'), {
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_METRIC_EXPORT_INTERVAL: '100',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    });
    await app.line(/promtel: exporter otlp: cannot export: .+; it keeps trying/);
    const sink = await open({ ...server(protocol), port });
    await app.line(/promtel: exporter otlp: exports again; \d+ did not arrive/);
    await sink.until((requests) => requests.find(({ points }) => points.length > 0));
    app.signal('SIGTERM');
    const { stderr } = await app.ended;
    expect(stderr.match(/cannot export/g)).toHaveLength(1);
    expect(stderr.match(/exports again/g)).toHaveLength(1);
  });

  it('does not delay the end of a process whose receiver does not answer', async () => {
    const sink = await open(server(protocol));
    sink.manner = 'hang';
    const app = run(sink, ['--input-type=module', '-e', 'shop.orders.add(1); setTimeout(() => console.log("done"), 700)'], {
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      // A call of gRPC that is under way cannot be taken off the event loop; one that is made at the end is cut short.
      OTEL_METRIC_EXPORT_INTERVAL: protocol === 'grpc' ? '600000' : '100',
      OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
      PROMTEL_SHUTDOWN_TIMEOUT: '300',
    });
    expect(await app.ended).toMatchObject({ code: 0, signal: null, stdout: 'done\n' });
    expect(sink.arrivals).toBeGreaterThan(0);
  });
});

describe('OTLP', () => {
  it('OTLP counts from the start of each series with cumulative temporality', async () => {
    const sink = await open();
    const app = run(sink, keepRecording('shop.orders.add(1)'), { OTEL_METRIC_EXPORT_INTERVAL: '150' });
    const points = await pointsOf(sink, 'shop.orders', 4);
    app.signal('SIGTERM');
    await app.ended;
    expect(new Set(points.map(({ temporality }) => temporality))).toEqual(new Set(['cumulative']));
    expect(new Set(points.map(({ startMillis }) => startMillis))).toHaveProperty('size', 1);
    expect(points.map(({ value }) => value)).toEqual(points.map(({ value }) => value).toSorted((a, b) => a - b));
  });

  it.each(['delta', 'lowmemory'])('OTLP counts from export to export with %s temporality', async (temporality) => {
    const sink = await open();
    const app = run(sink, ['--input-type=module', '-e', THIRTY], {
      OTEL_METRIC_EXPORT_INTERVAL: '150',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
    });
    expect(await app.ended).toMatchObject({ code: 0 });
    for (const name of ['shop.orders', 'shop.order.value']) {
      const points = sink.requests.flatMap((request) => request.points.filter((point) => point.name === name));
      expect(points.length).toBeGreaterThan(1);
      expect(new Set(points.map((point) => point.temporality))).toEqual(new Set(['delta']));
      expect(points.reduce((total, { value }) => total + value, 0)).toBe(30);
      for (const [index, { startMillis }] of points.entries())
        if (index > 0) expect(startMillis).toBe(points[index - 1]!.endMillis);
    }
  });

  it('sends histograms of the application as exponential ones where that is configured', async () => {
    const sink = await open();
    const app = run(sink, ['./test/sdk/fixtures/histograms.mjs'], {
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
    });
    await app.ended;
    const types = Object.fromEntries(sink.requests[0]!.points.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({ 'app.duration': 'exponentialHistogram', 'shop.order.value': 'histogram' });
  });

  it('OTLP exports a last time at shutdown, and then has no process listeners', async () => {
    const sink = await open();
    const program =
      'shop.orders.add(1); await shop.telemetry.shutdown(); shop.orders.add(1); console.log(["SIGTERM", "exit"].map((event) => process.listenerCount(event)).join())';
    expect(await run(sink, ['--input-type=module', '-e', program]).ended).toMatchObject({ code: 0, stdout: '0,0\n' });
    expect(sink.requests.map((request) => request.points.map(({ value }) => value))).toEqual([[1]]);
  });

  it('OTLP reports the HTTP status of a receiver that refuses', async () => {
    const sink = await open();
    sink.manner = 401;
    const app = run(sink, ONCE);
    expect((await app.ended).stderr).toMatch(/^promtel: exporter otlp: cannot export: 401 Unauthorized; it keeps trying.*\n$/);
  });

  it('OTLP reports a PEM file that cannot be read and exports without it', async () => {
    const sink = await open();
    const app = run({ url: 'https://127.0.0.1:9' }, ONCE, {
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem',
    });
    expect((await app.ended).stderr).toMatch(/^promtel: OTLP: a PEM file cannot be read \(ENOENT.*\/nowhere\/ca.pem.*\n/);
    expect(sink.arrivals).toBe(0);
  });

  it.each(protocols)('OTLP exports what the application recorded before process.exit(), by %s', async (protocol) => {
    const sink = await open(server(protocol));
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_METRIC_EXPORT_INTERVAL: '200' };
    const app = run(sink, ['./test/sdk/fixtures/exits.mjs'], env);
    expect(await app.ended).toMatchObject({ code: 4, stderr: '' });
    const last = Object.fromEntries(sink.requests.at(-1)!.points.map(({ name, value }) => [name, value]));
    expect(last).toMatchObject({ 'app.clicks': 3, 'app.duration': 2, 'app.queue': 11, 'shop.orders': 1 });
  });

  it('preloads nothing in the thread that exports at the exit', async () => {
    const sink = await open();
    const folder = mkdtempSync(join(tmpdir(), 'promtel-otlp-'));
    const preload = join(folder, 'preload.mjs');
    writeFileSync(preload, 'import { isMainThread } from "node:worker_threads"; console.log("preloaded", isMainThread);');
    const app = run(sink, ['--input-type=module', '-e', 'shop.orders.add(1); process.exit(2)'], {
      NODE_OPTIONS: `--import ${preload}`,
    });
    expect(await app.ended).toMatchObject({ code: 2, stdout: 'preloaded true\n' });
    expect(sink.requests).toHaveLength(1);
  });
});

const THIRTY = `
let left = 30;
const timer = setInterval(() => {
  shop.orders.add(1);
  shop.order.record(1);
  left -= 1;
  if (left === 0) clearInterval(timer);
}, 20);`;

async function pointsOf(sink: OtlpSink, name: string, count: number): Promise<OtlpPoint[]> {
  return sink.until((requests) => {
    const points = requests.flatMap((request) => request.points.filter((point) => point.name === name));
    return points.length >= count ? points : undefined;
  });
}

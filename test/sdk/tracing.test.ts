// With tracing on the official instrumentations make spans, and the series stay what they are without it.
import { get } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../kit/apps/http-traffic.ts';
import { type App, killApps, runApp } from '../kit/apps/run-app.ts';
import { parseExposition, type ParsedSample, seriesKey } from '../kit/samples/parse-exposition.ts';
import { openOtlpSink, type OtlpSink, type OtlpSpan } from '../kit/servers/otlp-sink.ts';

const sinks: OtlpSink[] = [];

afterEach(async () => {
  await Promise.all(sinks.splice(0).map((sink) => sink.close()));
});
afterAll(killApps);

async function openSink(): Promise<OtlpSink> {
  const sink = await openOtlpSink();
  sinks.push(sink);
  return sink;
}

const PAGE = {
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
  OTEL_EXPORTER_PROMETHEUS_PORT: '0',
};

function traced(sink: OtlpSink): Record<string, string> {
  return { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
}

interface Running {
  readonly app: App;
  readonly port: number;
  page(accept?: string): Promise<string>;
}

async function run(program: string, env: Readonly<Record<string, string>>): Promise<Running> {
  const app = runApp(['--import', './register.js', program], { env: { ...PAGE, ...env } });
  const [, port] = await app.line(/"port":(\d+)/);
  const [, pagePort] = await app.line(/metrics at http:\/\/127\.0\.0\.1:(\d+)\/metrics/);
  return { app, port: Number(port), page: (accept = 'text/plain') => ask(Number(pagePort), '/metrics', { accept }) };
}

function ask(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: { connection: 'close', ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

const PATHS = ['/', '/api/acme/users/7', '/api/acme/users/7', '/item-5', '/fail', '/nowhere', '/any', '/files/a/b.txt'];
const REQUESTS = 'http_server_request_duration_seconds_count';

/** How many requests there were by labels, once all of them have been counted. */
async function requestsOf({ port, page }: Running): Promise<readonly ParsedSample[]> {
  for (const path of PATHS) await ask(port, path);
  let counts: readonly ParsedSample[] = [];
  await eventually(async () => {
    const families = [...parseExposition(await page()).values()];
    counts = families.flatMap(({ samples }) => samples).filter(({ name }) => name === REQUESTS);
    expect(counts.reduce((total, { value }) => total + value, 0)).toBe(PATHS.length);
  });
  return counts;
}

const apps = ['express5.mjs', 'express5.cjs', 'express4.cjs', 'fastify.mjs', 'koa.mjs', 'hono.mjs', 'nest-fastify.mjs'];

describe.each(apps)('an application, %s,', (file) => {
  it('has the same series with tracing and without, and spans that are named after its routes', async () => {
    const sink = await openSink();
    const [plain, tracing] = await Promise.all([run(`test/apps/${file}`, {}), run(`test/apps/${file}`, traced(sink))]);
    const [without, withTraces] = await Promise.all([requestsOf(plain), requestsOf(tracing)]);
    expect(inOrder(withTraces)).toEqual(inOrder(without));
    const routes = without.map(({ labels }) => labels['http_route']);
    const spans = await serverSpans(sink, PATHS.length);
    expect(new Set(spans.map(({ attributes }) => attributes['http.route']))).toEqual(new Set(routes));
    expect(spans.find(({ name }) => /^GET \/api\/:tenant\/users\/:id$/.test(name))).toBeDefined();
    // Version 4 is installed under another name here, by which the official instrumentation does not know it.
    const scopes = sink.requests.flatMap((request) => request.spans.map(({ scope }) => scope));
    expect(scopes.includes('@opentelemetry/instrumentation-express')).toBe(file.startsWith('express5'));
    for (const { app } of [plain, tracing]) app.signal('SIGTERM');
    const ended = await Promise.all([plain.app.ended, tracing.app.ended]);
    expect(ended).toMatchObject([{ signal: 'SIGTERM' }, { signal: 'SIGTERM' }]);
    expect(ended.map(({ stderr }) => stderr.trimEnd().split('\n').length)).toEqual([1, 1]);
  });
});

function inOrder(samples: readonly ParsedSample[]): readonly ParsedSample[] {
  return samples.toSorted((a, b) => (seriesKey(a.name, a.labels) < seriesKey(b.name, b.labels) ? -1 : 1));
}

function serverSpans(sink: OtlpSink, count: number): Promise<OtlpSpan[]> {
  return sink.until((requests) => {
    const spans = requests.flatMap((request) => request.spans).filter((span) => (span as { kind?: unknown }).kind === 2);
    return spans.length >= count ? spans : undefined;
  });
}

describe('tracing', () => {
  it('tracing gives request durations exemplars of their spans', async () => {
    const sink = await openSink();
    const running = await run('test/apps/express5.mjs', traced(sink));
    await requestsOf(running);
    const spans = await serverSpans(sink, PATHS.length);
    const page = await running.page('application/openmetrics-text');
    const traceIds = [...page.matchAll(/^http_server_request_duration_seconds_bucket.*# \{.*trace_id="([0-9a-f]{32})"/gm)].map(
      ([, id]) => id,
    );
    expect(traceIds.length).toBeGreaterThan(0);
    expect(spans.map(({ traceId }) => traceId)).toEqual(expect.arrayContaining(traceIds));
    running.app.signal('SIGTERM');
    await running.app.ended;
  });

  it('traces neither the metrics page nor exports nor ignored paths', async () => {
    const sink = await openSink();
    const env = {
      ...traced(sink),
      OTEL_METRICS_EXPORTER: 'prometheus,otlp',
      OTEL_METRIC_EXPORT_INTERVAL: '100',
      PROMTEL_IGNORE_PATHS: '/health',
    };
    const running = await run('test/apps/express5.mjs', env);
    for (const path of ['/health', '/', '/health']) await ask(running.port, path);
    await running.page();
    await sink.until((requests) => (requests.filter(({ points }) => points.length > 0).length > 2 ? true : undefined));
    const spans = await serverSpans(sink, 1);
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/']);
    const all = sink.requests.flatMap((request) => request.spans);
    expect(all.filter(({ attributes }) => String(attributes['url.full']).includes('/v1/'))).toEqual([]);
    running.app.signal('SIGTERM');
    await running.app.ended;
  });

  it('prints spans to the console and loses none at the end', async () => {
    const program =
      'import { request } from "node:http"; request({ host: "127.0.0.1", port: 9 }).on("error", () => console.log("refused")).end();';
    const ending = await runApp(['--import', './register.js', '--input-type=module', '-e', program], {
      env: { ...PAGE, OTEL_TRACES_EXPORTER: 'console' },
    }).ended;
    expect(ending.code).toBe(0);
    expect(ending.stdout).toMatch(/name: 'GET'/);
  });

  it('tracing exports the last spans of a program that ends, and does not delay it if the receiver hangs', async () => {
    const program = [
      '--import',
      './register.js',
      '--input-type=module',
      '-e',
      'import { trace } from "@opentelemetry/api"; trace.getTracer("app").startSpan("last").end();',
    ];
    const sink = await openSink();
    const env = { ...PAGE, ...traced(sink), OTEL_BSP_SCHEDULE_DELAY: '600000' };
    expect(await runApp(program, { env }).ended).toMatchObject({ code: 0 });
    expect(sink.requests.flatMap((request) => request.spans.map(({ name }) => name))).toEqual(['last']);
    sink.manner = 'hang';
    const patient = { OTEL_EXPORTER_OTLP_TIMEOUT: '600000', OTEL_BSP_EXPORT_TIMEOUT: '600000', PROMTEL_SHUTDOWN_TIMEOUT: '300' };
    expect(await runApp(program, { env: { ...env, ...patient } }).ended).toMatchObject({ code: 0 });
  });

  it('tracing is off, and no OpenTelemetry package is loaded, by default', async () => {
    const program =
      'console.log(Object.keys((await import("node:module")).default._cache).filter((file) => /opentelemetry/.test(file)).length)';
    const ending = await runApp(['--import', './register.js', '--input-type=module', '-e', program], { env: PAGE }).ended;
    expect(ending).toMatchObject({ code: 0, stdout: '0\n' });
  });

  it('tracing reports a protocol that spans are not exported by', async () => {
    const ending = await runApp(['--import', './register.js', '-e', ''], {
      env: { ...PAGE, OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    }).ended;
    expect(ending.stderr).toMatch(/^promtel: OTEL_EXPORTER_OTLP_PROTOCOL: spans go by http\/protobuf only, not by grpc/m);
  });

  it('tracing uses the sampler and the propagators that are configured', async () => {
    const sink = await openSink();
    const running = await run('test/apps/express5.mjs', {
      ...traced(sink),
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      OTEL_PROPAGATORS: 'tracecontext',
    });
    await ask(running.port, '/');
    await ask(running.port, '/about/', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    const spans = await serverSpans(sink, 1);
    expect(spans).toMatchObject([{ traceId: '0af7651916cd43dd8448eb211c80319c', attributes: { 'url.path': '/about/' } }]);
    running.app.signal('SIGTERM');
    await running.app.ended;
  });
});

describe('an application that traces itself', () => {
  it.each(['api19', '@opentelemetry/api'])(
    'an application that traces itself with %s takes tracing over, and promtel finds its exemplars there',
    async (copy) => {
      const sink = await openSink();
      const ending = await runApp(['--import', './register.js', './test/sdk/fixtures/traces-itself.mjs', copy], {
        env: { ...PAGE, ...traced(sink) },
      }).ended;
      expect(ending).toMatchObject({ code: 0, stdout: 'active: own; exemplar of it: true\n' });
      expect(ending.stderr).toMatch(
        /^promtel: OTEL_TRACES_EXPORTER: is left to the tracer provider that the application has registered$/m,
      );
      expect(sink.requests.flatMap((request) => request.spans)).toEqual([]);
    },
  );

  it('an application that traces itself has exemplars of its own spans where promtel does not trace', async () => {
    const ending = await runApp(['--import', './register.js', './test/sdk/fixtures/traces-itself.mjs', 'api19'], { env: PAGE })
      .ended;
    expect(ending).toMatchObject({ code: 0, stdout: 'active: own; exemplar of it: true\n' });
  });
});

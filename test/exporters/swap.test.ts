// The exporter of an unchanged application is swapped by OTEL_METRICS_EXPORTER alone.
import { get } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { type App, killApps, runApp } from '../kit/apps/run-app.ts';
import { parseExposition } from '../kit/samples/parse-exposition.ts';
import { openOtlpSink } from '../kit/servers/otlp-sink.ts';

afterAll(killApps);

const PATHS = ['/', '/api/acme/users/7', '/api/acme/users/8', '/nowhere'];
const COUNTS = { '/': 1, '/api/:tenant/users/:id': 2, '': 1 };

async function drive(env: Readonly<Record<string, string>>): Promise<App> {
  const app = runApp(['--import', './register.js', 'test/apps/express5.mjs'], {
    env: { OTEL_EXPORTER_PROMETHEUS_PORT: '0', ...env },
  });
  const [, port] = await app.line(/"port":(\d+)/);
  for (const path of PATHS) await ask(Number(port), path);
  return app;
}

function ask(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: { connection: 'close' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

describe('an application', () => {
  it('an application shows its requests on the Prometheus page', async () => {
    const app = await drive({ OTEL_METRICS_EXPORTER: 'prometheus' });
    const [, port] = await app.line(/metrics at http:\/\/[^:]+:(\d+)\/metrics/);
    const samples = [...parseExposition(await ask(Number(port), '/metrics')).values()].flatMap((family) => family.samples);
    const counts = samples.filter(({ name }) => name === 'http_server_request_duration_seconds_count');
    expect(Object.fromEntries(counts.map(({ labels, value }) => [labels['http_route'] ?? '', value]))).toEqual(COUNTS);
    app.signal('SIGTERM');
    expect(await app.ended).toMatchObject({ signal: 'SIGTERM' });
  });

  it('sends its requests by OTLP', async () => {
    const sink = await openOtlpSink();
    const app = await drive({ OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
    app.signal('SIGTERM');
    expect(await app.ended).toMatchObject({ signal: 'SIGTERM' });
    const points = sink.requests.at(-1)!.points.filter(({ name }) => name === 'http.server.request.duration');
    expect(Object.fromEntries(points.map(({ attributes, value }) => [attributes['http.route'] ?? '', value]))).toEqual(COUNTS);
    await sink.close();
  });

  it('prints its requests to the console', async () => {
    const app = await drive({ OTEL_METRICS_EXPORTER: 'console' });
    app.signal('SIGTERM');
    const { signal, stdout } = await app.ended;
    expect(signal).toBe('SIGTERM');
    expect(stdout).toMatch(/name: 'http\.server\.request\.duration'[^]*'http\.route': '\/api\/:tenant\/users\/:id'/);
  });

  it('an application exports its requests by all exporters at once', async () => {
    const sink = await openOtlpSink();
    const app = await drive({ OTEL_METRICS_EXPORTER: 'prometheus,otlp,console', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
    const [, port] = await app.line(/metrics at http:\/\/[^:]+:(\d+)\/metrics/);
    expect(await ask(Number(port), '/metrics')).toContain('http_server_request_duration_seconds_count');
    app.signal('SIGTERM');
    expect((await app.ended).stdout).toContain("name: 'http.server.request.duration'");
    expect(sink.requests.at(-1)!.points.map(({ name }) => name)).toContain('http.server.request.duration');
    await sink.close();
  });

  it('an application exports nothing with OTEL_METRICS_EXPORTER=none', async () => {
    const app = await drive({ OTEL_METRICS_EXPORTER: 'none' });
    await app.line(/metrics nowhere/);
    app.signal('SIGTERM');
    expect(await app.ended).toMatchObject({ signal: 'SIGTERM' });
  });

  it('an application records with several versions of the API at once', async () => {
    const record = (copy: string): string => `require('${copy}').metrics.getMeter('app').createCounter('by.${copy}').add(1);`;
    const app = runApp(
      [
        '--import',
        './register.js',
        '-e',
        ['api14', 'api19'].map(record).join(' ') + record('@opentelemetry/api').replace('by.@opentelemetry/api', 'by.api'),
      ],
      {
        env: { OTEL_METRICS_EXPORTER: 'console' },
      },
    );
    const { stdout } = await app.ended;
    for (const name of ['by.api14', 'by.api19', 'by.api']) expect(stdout).toContain(`name: '${name}'`);
  });
});

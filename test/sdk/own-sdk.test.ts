// An application that runs an OpenTelemetry SDK of its own gets from it what it gets without promtel.
import { afterAll, describe, expect, it } from 'vitest';
import { killApps, runApp } from '../kit/apps/run-app.ts';
import type { Ending } from '../kit/apps/run-to-end.ts';
import { openOtlpSink } from '../kit/servers/otlp-sink.ts';

afterAll(killApps);

const PROGRAM = './test/sdk/fixtures/runs-its-own-sdk.cjs';
const REGISTER = ['--import', './register.js'];

/** What the SDK itself reads of the environment is the same for both. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ending> {
  return runApp([...args, PROGRAM], { env: { OTEL_EXPORTER_PROMETHEUS_PORT: '0', ...env } }).ended;
}

describe('an application with an SDK of its own', () => {
  it('an application with an SDK of its own gets the same spans and metrics from its own SDK, without an error', async () => {
    const [bare, measured] = await Promise.all([run([]), run(REGISTER)]);
    expect(measured).toMatchObject({ code: 0, stdout: bare.stdout });
    expect(JSON.parse(bare.stdout)).toMatchObject({
      traces: 1,
      metrics: ['http.client.request.duration', 'http.server.request.duration', 'mine'],
    });
    expect(measured.stderr).toMatch(/^promtel: MeterProvider: the application has registered one of its own/m);
    expect(measured.stderr.replace(/^promtel: .*\n/gm, '')).toBe(bare.stderr);
  });

  it('an application with an SDK of its own gets the same spans from its own SDK where promtel would trace', async () => {
    const sink = await openOtlpSink();
    const env = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
    const [bare, measured] = await Promise.all([run([], env), run(REGISTER, env)]);
    expect(measured).toMatchObject({ code: 0, stdout: bare.stdout });
    expect(measured.stderr.replace(/^promtel: .*\n/gm, '')).toBe(bare.stderr);
    expect(sink.requests.flatMap((request) => request.spans)).toEqual([]);
    await sink.close();
  });

  it('an application with an SDK of its own has its own metrics, and request durations once, where promtel exports', async () => {
    const sink = await openOtlpSink();
    const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_TRACES_EXPORTER: 'none' };
    expect(await run(REGISTER, env)).toMatchObject({ code: 0 });
    const last = sink.requests.filter((request) => request.resource['telemetry.distro.name'] === 'promtel').at(-1);
    const names = last!.points.map(({ name }) => name);
    expect(names.filter((name) => name === 'http.server.request.duration')).toHaveLength(1);
    expect(names).toContain('mine');
    await sink.close();
  });
});

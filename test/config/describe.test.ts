// The description of the configuration: destinations, variables that are set, the URL of the page.
import { describe, expect, it } from 'vitest';
import { describe as summarise, metricsUrl } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load.ts';

function summaryOf(env: Record<string, string>, boundPort?: number) {
  const { config, origins } = loadConfig(env);
  return summarise(config, origins, boundPort);
}

describe('the summary', () => {
  it.each([
    [{}, ['metrics at http://0.0.0.0:9464/metrics']],
    [{ OTEL_METRICS_EXPORTER: 'none' }, ['metrics nowhere']],
    [
      { OTEL_METRICS_EXPORTER: 'prometheus,otlp', PROMTEL_METRICS_PATH: '/m' },
      ['metrics at http://0.0.0.0:9464/m', 'metrics to http://localhost:4318/v1/metrics (otlp, http/protobuf) every 60 s'],
    ],
    [{ OTEL_METRICS_EXPORTER: 'console', OTEL_METRIC_EXPORT_INTERVAL: '500' }, ['metrics to the console every 0.5 s']],
    [
      {
        OTEL_TRACES_EXPORTER: 'otlp,console',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://u:p@host:1?k=v',
      },
      [
        'metrics at http://0.0.0.0:9464/metrics',
        'traces to https://host:1/v1/traces?… (otlp, http/protobuf)',
        'traces to the console',
      ],
    ],
  ])('describes the destinations of %j', (env, destinations) => {
    expect(summaryOf(env).destinations).toEqual(destinations);
  });

  it('the summary has the port that the page is served on', () => {
    expect(summaryOf({ OTEL_EXPORTER_PROMETHEUS_PORT: '0' }, 41_234).destinations).toEqual([
      'metrics at http://0.0.0.0:41234/metrics',
    ]);
  });

  it('lists each variable that is set once, without secrets and on one line', () => {
    const env = {
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,\nb=1',
      OTEL_EXPORTER_OTLP_HEADERS: 'key=s3cret',
      OTEL_LOG_LEVEL: 'loud',
    };
    expect(summaryOf(env).set).toEqual([
      'OTEL_RESOURCE_ATTRIBUTES="service.name=a,\\nb=1"',
      'OTEL_EXPORTER_OTLP_HEADERS="(not shown)"',
    ]);
  });
});

describe('the address of the page', () => {
  it.each([
    ['localhost', 'http://localhost:9464/metrics'],
    ['::1', 'http://[::1]:9464/metrics'],
    ['127.0.0.1', 'http://127.0.0.1:9464/metrics'],
  ])('for OTEL_EXPORTER_PROMETHEUS_HOST=%s is %s', (host, url) => {
    expect(metricsUrl(loadConfig({ OTEL_EXPORTER_PROMETHEUS_HOST: host }).config)).toBe(url);
  });
});

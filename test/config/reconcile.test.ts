// Settings that contradict each other are adjusted, and the problem says so.
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

describe('the timeout', () => {
  it.each([
    [{ OTEL_METRIC_EXPORT_INTERVAL: '5000', OTEL_METRIC_EXPORT_TIMEOUT: '5000' }, 5000, []],
    [
      { OTEL_METRIC_EXPORT_INTERVAL: '5000', OTEL_METRIC_EXPORT_TIMEOUT: '5001' },
      5000,
      ['5001 is more than OTEL_METRIC_EXPORT_INTERVAL, which is 5000; using 5000'],
    ],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '5000' }, 5000, []],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '30001' }, 30_000, []],
    [
      { OTEL_METRIC_EXPORT_TIMEOUT: '60001' },
      60_000,
      ['60001 is more than OTEL_METRIC_EXPORT_INTERVAL, which is 60000; using 60000'],
    ],
  ])('the timeout of an export never exceeds the interval: %j', (env, timeout, messages) => {
    const { config, problems } = loadConfig(env);
    expect(config.metrics.exportTimeoutMillis).toBe(timeout);
    expect(problems.map(({ message }) => message)).toEqual(messages);
  });
});

describe('the size of a batch', () => {
  it.each([
    [{ OTEL_BSP_MAX_QUEUE_SIZE: '100' }, 100, []],
    [
      { OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '101' },
      100,
      ['101 is more than OTEL_BSP_MAX_QUEUE_SIZE, which is 100; using 100'],
    ],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '100' }, 100, []],
  ])('the size of a batch of spans never exceeds the queue: %j', (env, size, messages) => {
    const { config, problems } = loadConfig(env);
    expect(config.traces.batchSize).toBe(size);
    expect(problems.map(({ message }) => message)).toEqual(messages);
  });
});

describe('host:port', () => {
  it('host:port is accepted as an endpoint for grpc', () => {
    const { config, problems } = loadConfig({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    expect(config.otlp.endpoint).toBe('collector:4317');
    expect(problems).toEqual([]);
  });

  it('host:port is accepted as the endpoint of a signal whose own protocol is grpc', () => {
    const env = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'unix:/run/otel.sock', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' };
    expect(loadConfig(env).config.otlpMetrics.endpoint).toBe('unix:/run/otel.sock');
    expect(loadConfig(env).problems).toEqual([]);
  });

  it('host:port is rejected as an endpoint over http', () => {
    const { config, problems, origins } = loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' });
    expect(config.otlp.endpoint).toBeUndefined();
    expect(origins).toEqual({});
    expect(problems).toEqual([
      {
        subject: 'OTEL_EXPORTER_OTLP_ENDPOINT',
        message:
          '"collector:4318" is not an http:// or https:// URL, which http/protobuf needs; ' +
          'using http://localhost:4318, for grpc http://localhost:4317',
      },
    ]);
  });
});

describe('a general endpoint without a scheme', () => {
  it.each(['collector:4317', '[::1]:4317', 'unix:/run/otel.sock'])(
    'a general endpoint without a scheme is rejected for a signal over http: %s',
    (endpoint) => {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
      const { config, problems } = loadConfig({ ...env, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' });
      expect(config.otlpTargets.metrics.url).toBe('http://localhost:4318/v1/metrics');
      expect(config.otlpTargets.traces.url).toBe(endpoint);
      const message = expect.stringMatching(
        / is not an http:\/\/ or https:\/\/ URL, which http\/json needs; using http:\/\/localhost:4318/,
      );
      expect(problems).toEqual([{ subject: 'OTEL_EXPORTER_OTLP_ENDPOINT', message }]);
    },
  );
});

describe('spans over OTLP', () => {
  it.each([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    [{ OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json'],
  ])('spans over OTLP are not exported by another protocol than http/protobuf: %j', (env, subject, protocol) => {
    const { config, problems } = loadConfig({ OTEL_TRACES_EXPORTER: 'otlp,console', ...env });
    expect(config.traces.exporters).toEqual(['console']);
    const message = `spans go by http/protobuf only, not by ${protocol}; set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf to export them`;
    expect(problems).toEqual([{ subject, message }]);
  });

  it('spans over OTLP are exported by http/protobuf whatever the protocol of the metrics', () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' };
    const { config, problems } = loadConfig({ OTEL_TRACES_EXPORTER: 'otlp', ...env });
    expect([config.traces.exporters, problems]).toEqual([['otlp'], []]);
  });

  it('report no protocol where they are not exported', () => {
    expect(loadConfig({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).problems).toEqual([]);
  });
});

describe('the name of the service', () => {
  it('the name of the service is service.name of OTEL_RESOURCE_ATTRIBUTES, and its origin says so', () => {
    const { config, origins } = loadConfig({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=check%20out' });
    expect(config.resource.serviceName).toBe('check out');
    expect(origins['resource.serviceName']).toEqual({ variable: 'OTEL_RESOURCE_ATTRIBUTES', text: 'service.name=check%20out' });
  });

  it('the name of the service is OTEL_SERVICE_NAME before service.name of OTEL_RESOURCE_ATTRIBUTES', () => {
    const { config, origins } = loadConfig({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=a', OTEL_SERVICE_NAME: 'b' });
    expect(config.resource.serviceName).toBe('b');
    expect(origins['resource.serviceName']?.variable).toBe('OTEL_SERVICE_NAME');
  });

  it.each(['', 'service.name=', 'service.name', 'a=1'])(
    'the name of the service is undefined for OTEL_RESOURCE_ATTRIBUTES=%j',
    (attributes) => {
      expect(loadConfig({ OTEL_RESOURCE_ATTRIBUTES: attributes }).config.resource.serviceName).toBeUndefined();
    },
  );
});

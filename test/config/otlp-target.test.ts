// The OTLP settings of each signal: general variables, and those of the signal in their place.
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

const targetOf = (env: Record<string, string>, signal: 'metrics' | 'traces' = 'metrics') =>
  loadConfig(env).config.otlpTargets[signal];

describe('the OTLP url of metrics', () => {
  it.each([
    [{}, 'http://localhost:4318/v1/metrics'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http://localhost:4317'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, 'http://collector:4318/v1/metrics'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }, 'http://collector:4318/v1/metrics'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://host/otlp' }, 'https://host/otlp/v1/metrics'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://host/otlp/?key=1' }, 'https://host/otlp/v1/metrics?key=1'],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://host' }, 'https://host'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://b/x' }, 'http://b/x'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'collector:4317'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces' }, 'http://localhost:4318/v1/metrics'],
  ])('for %j is %s', (env, url) => {
    expect(targetOf(env).url).toBe(url);
  });

  it('the OTLP url of metrics has a url and a protocol for each signal', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' };
    expect(targetOf(env, 'traces')).toMatchObject({ url: 'http://a/v1/traces', protocol: 'http/json' });
    expect(targetOf(env, 'metrics')).toMatchObject({ url: 'http://a/v1/metrics', protocol: 'http/protobuf' });
  });
});

describe('the OTLP settings of a signal', () => {
  it('the OTLP settings of a signal are the defaults of the OTLP exporter specification where nothing is set', () => {
    expect(targetOf({}, 'traces')).toEqual({
      url: 'http://localhost:4318/v1/traces',
      protocol: 'http/protobuf',
      headers: {},
      timeoutMillis: 10_000,
      compression: 'none',
      insecure: false,
    });
  });

  it('prefer the variable of the signal, and have the headers of both', () => {
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=2',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=3',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '2000',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
      OTEL_EXPORTER_OTLP_METRICS_INSECURE: 'false',
      OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.pem',
      OTEL_EXPORTER_OTLP_CLIENT_KEY: 'a.key',
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: 'b.key',
    };
    expect(targetOf(env)).toMatchObject({
      headers: { a: '1', b: '3' },
      timeoutMillis: 2000,
      compression: 'none',
      insecure: false,
      certificate: 'ca.pem',
      clientKey: 'b.key',
    });
    expect(targetOf(env, 'traces')).toMatchObject({
      headers: { a: '1', b: '2' },
      timeoutMillis: 1000,
      compression: 'gzip',
      insecure: true,
    });
  });

  it('fall back to the general variable when that of the signal is not accepted', () => {
    expect(targetOf({ OTEL_EXPORTER_OTLP_TIMEOUT: '1000', OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: 'soon' }).timeoutMillis).toBe(1000);
  });
});

// Every variable, with texts that it just accepts and texts that it just rejects.
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Area, Setting } from '../../src/config/setting.ts';
import { settings } from '../../src/config/settings.ts';
import { DEFAULT_STRATEGY, TRANSLATION_STRATEGIES } from '../../src/core/naming/translation-strategy.ts';

interface Case {
  /** What holds while the variable is unset. */
  readonly unset: unknown;
  readonly accepted: readonly (readonly [text: string, value: unknown])[];
  readonly rejected: readonly string[];
}

/** For a variable that is missing below, which a test reports. */
const NO_CASES: Case = { unset: undefined, accepted: [], rejected: [] };

const MOST = 2 ** 31 - 1;
const INSTRUMENTATIONS = ['http', 'undici', 'express'];

const booleanCase = (unset: boolean | undefined): Case => ({
  unset,
  accepted: [
    ['true', true],
    ['TRUE', true],
    ['True', true],
    ['false', false],
    ['FALSE', false],
    [' true ', true],
  ],
  rejected: ['1', '0', 'yes', 'on', 'truee', 'true,false', 'constructor'],
});

const integerCase = (unset: number | undefined, min: number, max: number): Case => ({
  unset,
  accepted: [
    [String(min), min],
    [String(max), max],
    [`0${min}`, min],
  ],
  rejected: [String(min - 1), String(max + 1), '1.5', '1e3', '0x10', 'ten', '5s', '∞', 'Infinity', 'NaN', '9'.repeat(400)],
});

const wordCase = (unset: string | undefined, words: readonly string[], rejected: readonly string[]): Case => ({
  unset,
  accepted: words.flatMap(
    (word) =>
      [
        [word, word],
        [word.toUpperCase(), word],
        [word.toLowerCase(), word],
      ] as const,
  ),
  rejected: ['other', `${words[0]},${words[1]}`, `${words[0]}x`, '__proto__', ...rejected],
});

const otlpCases: Readonly<Record<string, Case>> = {
  ENDPOINT: {
    unset: undefined,
    accepted: [
      ['http://collector:4318', 'http://collector:4318'],
      ['https://user:secret@collector/otlp?key=1', 'https://user:secret@collector/otlp?key=1'],
      ['HTTP://[::1]:4318/', 'HTTP://[::1]:4318/'],
    ],
    rejected: [
      'collector',
      'ftp://collector',
      'http://',
      'http://a b',
      'http://a:99999',
      '/v1/metrics',
      'collector:4318/x',
      '://x',
    ],
  },
  PROTOCOL: wordCase('http/protobuf', ['http/protobuf', 'http/json', 'grpc'], ['http', 'protobuf', 'http/xml']),
  HEADERS: {
    unset: {},
    accepted: [
      ['api-key=secret', { 'api-key': 'secret' }],
      ['a=1, b=2 ,', { a: '1', b: '2' }],
      ['Authorization=Basic%20dXNlcjpwYXNz==', { Authorization: 'Basic dXNlcjpwYXNz==' }],
      ['a=1,a=2', { a: '2' }],
      ['a=%C3%BC', { a: 'ü' }],
    ],
    rejected: ['secret', '=secret', 'a=', 'a b=1', 'a=%0d%0ax', 'a=%zz', 'ü=1', 'a=%E2%82%AC', ',', 'a:1'],
  },
  TIMEOUT: integerCase(10_000, 1, MOST),
  COMPRESSION: wordCase('none', ['none', 'gzip'], ['deflate', 'true']),
  CERTIFICATE: { unset: undefined, accepted: [['/etc/ca.pem', '/etc/ca.pem']], rejected: [] },
  CLIENT_CERTIFICATE: { unset: undefined, accepted: [['client.pem', 'client.pem']], rejected: [] },
  CLIENT_KEY: { unset: undefined, accepted: [['client.key', 'client.key']], rejected: [] },
  INSECURE: booleanCase(false),
};

function otlpCasesOf(signal: string): [string, Case][] {
  return Object.entries(otlpCases).map(([option, single]) => [
    `OTEL_EXPORTER_OTLP_${signal}${option}`,
    signal === '' ? single : { ...single, unset: undefined },
  ]);
}

const cases: Readonly<Record<string, Case>> = {
  OTEL_SDK_DISABLED: booleanCase(false),
  OTEL_LOG_LEVEL: wordCase('INFO', ['NONE', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'VERBOSE', 'ALL'], ['warning', '3']),
  PROMTEL_STARTUP_LINE: booleanCase(true),
  PROMTEL_SHUTDOWN_TIMEOUT: integerCase(3000, 0, MOST),
  OTEL_SERVICE_NAME: {
    unset: undefined,
    accepted: [
      ['checkout', 'checkout'],
      [' a b ', 'a b'],
      ['naïve,=', 'naïve,='],
    ],
    rejected: [],
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    unset: {},
    accepted: [
      ['a=1', { a: '1' }],
      ['a=1,b.c=x%2Cy%3Dz', { a: '1', 'b.c': 'x,y=z' }],
      [' a = 1 ,, b=%20', { a: '1', b: ' ' }],
      ['a=', { a: '' }],
      ['%C3%BC=%E2%82%AC', { ü: '€' }],
      ['a=1,a=2', { a: '2' }],
      ['a=1,bad,b=%,=x,c=3', { a: '1', c: '3' }],
    ],
    rejected: ['a', '=1', 'a=%', 'a=%zz', '%=1', ',', 'a;b', 'a=b=c'],
  },
  OTEL_NODE_RESOURCE_DETECTORS: {
    unset: ['env', 'host', 'os', 'process', 'container', 'serviceinstance'],
    accepted: [
      ['all', ['env', 'host', 'os', 'process', 'container', 'serviceinstance']],
      ['host,all', ['env', 'host', 'os', 'process', 'container', 'serviceinstance']],
      ['none', []],
      ['ENV, Host', ['env', 'host']],
      ['env,gcp', ['env']],
      ['none,env', ['env']],
    ],
    rejected: ['gcp', 'gcp,aws', 'hosts', ','],
  },
  OTEL_NODE_ENABLED_INSTRUMENTATIONS: {
    unset: undefined,
    accepted: [
      ['http', ['http']],
      ['HTTP, undici,http', ['http', 'undici']],
      ['http,fs', ['http']],
    ],
    rejected: ['fs', 'none', '@opentelemetry/instrumentation-http'],
  },
  OTEL_NODE_DISABLED_INSTRUMENTATIONS: {
    unset: [],
    accepted: [['http,express', ['http', 'express']]],
    rejected: ['fs', 'all'],
  },
  PROMTEL_IGNORE_PATHS: {
    unset: [],
    accepted: [
      ['/healthz,/internal/*', ['/healthz', '/internal/*']],
      ['*.ico', ['*.ico']],
      ['/a,b', ['/a']],
      ['/', ['/']],
    ],
    rejected: ['healthz', 'http://x/healthz', '/a b', '?'],
  },
  OTEL_SEMCONV_STABILITY_OPT_IN: {
    unset: 'established',
    accepted: [
      ['gen_ai_latest_experimental', 'latest'],
      ['http, GEN_AI_LATEST_EXPERIMENTAL/dup,database', 'both'],
      ['http/dup', 'established'],
    ],
    rejected: [],
  },
  PROMTEL_LLM_BASE_URLS: {
    unset: [],
    accepted: [
      ['vllm=http://gpu-1:8000/v1/', [{ provider: 'vllm', url: 'http://gpu-1:8000/v1' }]],
      ['house=HTTPS://me:secret@LLM.Example.com:443/V1//', [{ provider: 'house', url: 'https://llm.example.com/V1' }]],
      [
        'openai=https://llm.example.com ; ollama=http://10.0.0.1:11434',
        [
          { provider: 'openai', url: 'https://llm.example.com' },
          { provider: 'ollama', url: 'http://10.0.0.1:11434' },
        ],
      ],
    ],
    rejected: ['http://gpu-1:8000', 'vllm=gpu-1:8000', '=http://gpu-1', 'v llm=http://gpu-1', 'vllm'],
  },
  PROMTEL_LLM_PRICES: {
    unset: [],
    accepted: [
      ['llama-*=0.2/0.6', [{ model: 'llama-*', input: 0.2, output: 0.6, cacheRead: 0.2, cacheWrite: 0.2 }]],
      ['house=1/3/0.1/2', [{ model: 'house', input: 1, output: 3, cacheRead: 0.1, cacheWrite: 2 }]],
    ],
    rejected: ['house', 'house=1', 'house=1/-1', 'house=a/b', 'house=1/2/3/4/5', '=1/2', 'house=1/', 'house=/2'],
  },
  PROMTEL_SLOW_DB_SECONDS: {
    unset: 1,
    accepted: [
      ['0.25', 0.25],
      ['0', 0],
    ],
    rejected: ['-1', '1s', '1e9', 'NaN'],
  },
  PROMTEL_QUEUE_POLL_SECONDS: {
    unset: 15,
    accepted: [
      ['0', 0],
      ['2.5', 2.5],
    ],
    rejected: ['-1', 'never', '1e9'],
  },
  OTEL_METRICS_EXPORTER: {
    unset: ['prometheus'],
    accepted: [
      ['otlp', ['otlp']],
      ['console', ['console']],
      ['none', []],
      ['None', []],
      ['Prometheus, OTLP,otlp', ['prometheus', 'otlp']],
      ['otlp,unknown', ['otlp']],
      ['none,otlp', ['otlp']],
    ],
    rejected: ['promethius', 'logging', 'a,b', ','],
  },
  OTEL_METRIC_EXPORT_INTERVAL: integerCase(60_000, 1, MOST),
  OTEL_METRIC_EXPORT_TIMEOUT: {
    ...integerCase(30_000, 1, MOST),
    accepted: [
      ['1', 1],
      ['60000', 60_000],
    ],
  },
  OTEL_METRICS_EXEMPLAR_FILTER: wordCase(
    'trace_based',
    ['trace_based', 'always_on', 'always_off'],
    ['none', 'with_sampled_trace'],
  ),
  PROMTEL_CARDINALITY_LIMIT: integerCase(2000, 1, 1_000_000),
  PROMTEL_METRIC_LIMITS: {
    unset: [],
    accepted: [
      ['http.*=1', [{ pattern: 'http.*', value: 1 }]],
      [
        'a=1000000; *=2;',
        [
          { pattern: 'a', value: 1_000_000 },
          { pattern: '*', value: 2 },
        ],
      ],
      ['a=0;b=3', [{ pattern: 'b', value: 3 }]],
    ],
    rejected: ['a', 'a=', '=1', 'a=0', 'a=1000001', 'a=1.5', 'a b=1', '1a=1', 'a=1,b=2', 'a{}=1', ';'],
  },
  PROMTEL_METRIC_BUCKETS: {
    unset: [],
    accepted: [
      [
        'http.server.*=0.1,0.5,1;job.duration=1',
        [
          { pattern: 'http.server.*', value: [0.1, 0.5, 1] },
          { pattern: 'job.duration', value: [1] },
        ],
      ],
      ['a=-1,0,1e3,+2.5E3', [{ pattern: 'a', value: [-1, 0, 1000, 2500] }]],
      ['a = 1 , 2', [{ pattern: 'a', value: [1, 2] }]],
      ['a=2,1;b=1,2', [{ pattern: 'b', value: [1, 2] }]],
    ],
    rejected: [
      'a',
      'a=',
      'a=1,',
      'a=1,1',
      'a=2,1',
      'a=1,x',
      'a=1,Infinity',
      'a=1e999',
      'a=NaN',
      'a=0x1,2',
      'a=1,b=2',
      '=1',
      'a=1 2',
    ],
  },
  PROMTEL_DROP_METRICS: {
    unset: [],
    accepted: [
      ['v8js.*, nodejs.eventloop.time', ['v8js.*', 'nodejs.eventloop.time']],
      ['a,b c', ['a']],
      ['*', ['*']],
    ],
    rejected: ['b c', 'a{b}', '9a', 'a=b'],
  },
  PROMTEL_DROP_ATTRIBUTES: {
    unset: [],
    accepted: [
      ['http.client.*=server.port,url.scheme', [{ pattern: 'http.client.*', value: ['server.port', 'url.scheme'] }]],
      ['a=x;b=', [{ pattern: 'a', value: ['x'] }]],
    ],
    rejected: ['a', 'a=', 'a=x,', 'a=x y', 'a=b=c', '=x', 'a b=x'],
  },
  OTEL_EXPORTER_PROMETHEUS_HOST: {
    unset: undefined,
    accepted: [
      ['localhost', 'localhost'],
      ['0.0.0.0', '0.0.0.0'],
      ['::', '::'],
      ['::1', '::1'],
      ['fe80::1%eth0', 'fe80::1%eth0'],
      ['metrics.internal', 'metrics.internal'],
    ],
    rejected: ['http://localhost', 'localhost:9464', '[::1]', '*', 'a b', ':::', '-a', '/run/metrics.sock'],
  },
  OTEL_EXPORTER_PROMETHEUS_PORT: integerCase(9464, 0, 65_535),
  PROMTEL_METRICS_PATH: {
    unset: '/metrics',
    accepted: [
      ['/', '/'],
      ['/api/metrics', '/api/metrics'],
      ['/healthz/', '/healthz/'],
      ['/a%20b', '/a%20b'],
    ],
    rejected: ['metrics', '/healthz', '/readyz', '/a b', '/a?b', '/a#b', 'http://x/metrics', '/ü'],
  },
  PROMTEL_PROMETHEUS_TRANSLATION_STRATEGY: wordCase(DEFAULT_STRATEGY, TRANSLATION_STRATEGIES, [
    'underscore_escaping_with_suffixes',
  ]),
  PROMTEL_PROMETHEUS_SCOPE_LABELS: booleanCase(false),
  PROMTEL_PROMETHEUS_TARGET_INFO: booleanCase(true),
  PROMTEL_PROMETHEUS_RESOURCE_LABELS: {
    unset: [],
    accepted: [
      ['k8s.*, service.version', ['k8s.*', 'service.version']],
      ['a=b,c', ['c']],
    ],
    rejected: ['a=b', 'a b'],
  },
  PROMTEL_PROMETHEUS_GZIP: booleanCase(true),
  ...Object.fromEntries(otlpCasesOf('')),
  ...Object.fromEntries(otlpCasesOf('METRICS_')),
  ...Object.fromEntries(otlpCasesOf('TRACES_')),
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: wordCase('cumulative', ['cumulative', 'delta', 'lowmemory'], ['2']),
  OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: wordCase(
    'explicit_bucket_histogram',
    ['explicit_bucket_histogram', 'base2_exponential_bucket_histogram'],
    ['exponential'],
  ),
  OTEL_TRACES_EXPORTER: {
    unset: [],
    accepted: [
      ['otlp', ['otlp']],
      ['console,otlp', ['otlp', 'console']],
      ['none', []],
    ],
    rejected: ['zipkin', 'prometheus'],
  },
  OTEL_TRACES_SAMPLER: wordCase(
    'parentbased_always_on',
    ['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio', 'always_on', 'always_off', 'traceidratio'],
    ['jaeger_remote', 'xray'],
  ),
  OTEL_TRACES_SAMPLER_ARG: {
    unset: 1,
    accepted: [
      ['0', 0],
      ['1', 1],
      ['0.25', 0.25],
      ['1e-3', 0.001],
    ],
    rejected: ['-0.1', '1.1', '25%', 'half', '0x1'],
  },
  OTEL_PROPAGATORS: {
    unset: ['tracecontext', 'baggage'],
    accepted: [
      ['tracecontext', ['tracecontext']],
      ['none', []],
      ['b3,baggage', ['baggage']],
    ],
    rejected: ['b3', 'jaeger'],
  },
  OTEL_BSP_SCHEDULE_DELAY: integerCase(5000, 0, MOST),
  OTEL_BSP_EXPORT_TIMEOUT: integerCase(30_000, 1, MOST),
  OTEL_BSP_MAX_QUEUE_SIZE: integerCase(2048, 1, MOST),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: {
    ...integerCase(512, 1, MOST),
    accepted: [
      ['1', 1],
      ['2048', 2048],
    ],
  },
};

const table = Object.entries<Area>(settings).flatMap(([area, entries]) =>
  Object.entries(entries).map(([key, setting]) => ({ area, key, setting })),
);

function valueOf(area: string, key: string, env: Record<string, string>): unknown {
  const { config } = loadConfig(env, { instrumentations: INSTRUMENTATIONS });
  return (config as unknown as Record<string, Record<string, unknown>>)[area]?.[key];
}

describe('the table of settings', () => {
  it('the table of settings has every variable once, and every variable has its cases here', () => {
    const variables = table.map(({ setting }) => setting.env);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables.toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  it.each(table)('$setting.env has a brief of one sentence, and a default that it accepts', ({ setting }) => {
    expect(setting.brief).toMatch(/^\S.*\.$/);
    expect(setting.unset ?? setting.fallback).toMatch(/\S/);
    expect(rejectedBy(setting, setting.fallback)).toEqual([]);
  });

  it('the table of settings gives the configuration the types of its parsers and defaults', () => {
    expectTypeOf<Config['prometheus']['port']>().toEqualTypeOf<number>();
    expectTypeOf<Config['prometheus']['host']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Config['otlp']['protocol']>().toEqualTypeOf<'http/protobuf' | 'http/json' | 'grpc'>();
    expectTypeOf<Config['otlpTraces']['protocol']>().toEqualTypeOf<'http/protobuf' | 'http/json' | 'grpc' | undefined>();
    expectTypeOf<Config['resource']['attributes']>().toEqualTypeOf<Readonly<Record<string, string>>>();
    expectTypeOf<Config['general']['logLevel']>().toEqualTypeOf<
      'NONE' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'VERBOSE' | 'ALL'
    >();
  });
});

describe.each(table)('$setting.env', ({ area, key, setting }) => {
  const { unset, accepted, rejected } = cases[setting.env] ?? NO_CASES;

  it('has its default while it is unset, empty or blank', () => {
    for (const env of [{}, { [setting.env]: '' }, { [setting.env]: ' \t\n' }]) {
      expect(valueOf(area, key, env)).toEqual(unset);
      expect(loadConfig(env).problems).toEqual([]);
    }
  });

  it.each(accepted)('accepts %j', (text, value) => {
    expect(valueOf(area, key, { [setting.env]: text })).toEqual(value);
  });

  if (rejected.length > 0) {
    it.each(rejected)('rejects %j, reports it and keeps its default', (text) => {
      const env = { [setting.env]: text };
      const { problems, origins } = loadConfig(env, { instrumentations: INSTRUMENTATIONS });
      expect(valueOf(area, key, env)).toEqual(unset);
      expect(problems.map(({ subject }) => subject)).toContain(setting.env);
      expect(problems[0]?.message).toMatch(/ is not .+; using .+/);
      expect(origins).toEqual({});
    });
  }
});

function rejectedBy({ parser }: Setting, text: string | undefined): string[] {
  const rejected: string[] = [];
  if (text !== undefined) parser.parse(text, { reject: (part) => rejected.push(part), instrumentations: [] });
  return rejected;
}

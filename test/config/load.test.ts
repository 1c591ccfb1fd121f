// Loading the configuration: any environment is accepted, problems name their variable, secrets are never shown.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describe as summarise } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Area } from '../../src/config/setting.ts';
import { settings } from '../../src/config/settings.ts';

/** The words that `OTEL_METRICS_EXPORTER` accepts. */
const EXPORTERS = settings.metrics.exporters.parser.accepts.replace('a comma-separated list of ', '');

const variables = Object.values<Area>(settings).flatMap((area) => Object.values(area));
const secretVariables = variables.filter(({ secret }) => secret === true).map(({ env }) => env);

/** Text with everything in it that parsers look at. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      'B',
      '1',
      '0',
      '.',
      '-',
      '+',
      'e',
      '*',
      '?',
      '=',
      ',',
      ';',
      ':',
      '/',
      '@',
      '%',
      '[',
      ']',
      ' ',
      '\n',
      '\u009b',
      '\u2028',
    ),
  }),
  fc.constantFrom('true', 'none', 'all', 'otlp', 'prometheus', 'http://a:1', '__proto__=1', 'a=1;b=2,3', '%00', '\ud800'),
);

const environment = fc.dictionary(
  fc.oneof(
    fc.constantFrom(...variables.map(({ env }) => env)),
    fc.constantFrom('OTEL_CONFIG_FILE', 'PATH'),
    fc.string().map((end) => `PROMTEL_${end}`),
    text,
  ),
  fc.option(text, { nil: undefined }),
  { noNullPrototype: false },
);

const options = fc.constantFrom({}, { instrumentations: [] }, { instrumentations: ['http', 'undici'] });

describe('loading an environment', () => {
  it('never throws, never changes the environment, and freezes the configuration', () => {
    fc.assert(
      fc.property(environment, options, (env, given) => {
        const before = structuredClone(env);
        const { config, origins } = loadConfig(env, given);
        expect(env).toEqual(before);
        expectFrozen(config);
        expectFrozen(origins);
        expect(summarise(config, origins).destinations).not.toEqual([]);
      }),
    );
  });

  it('loading an environment reports every problem in one line that names its variable', () => {
    fc.assert(
      fc.property(environment, options, (env, given) => {
        for (const { subject, message } of loadConfig(env, given).problems) {
          expect(Object.keys(env)).toContain(subject);
          expect(message).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          expect(message.length).toBeLessThan(600);
        }
      }),
    );
  });

  it('loading an environment keeps the accepted parts of a list and names the others', () => {
    const part = fc.oneof(
      fc.nat().map((number) => ({ good: true, text: `good${number}=${number}` })),
      fc.constantFrom('bad', '=bad', 'bad=%', '%=bad', 'bad==').map((bad) => ({ good: false, text: bad })),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const { config, problems } = loadConfig({ OTEL_RESOURCE_ATTRIBUTES: parts.map(({ text: one }) => one).join(',') });
        const good = parts.filter((one) => one.good).map((one) => one.text.split('='));
        expect(config.resource.attributes).toEqual(Object.fromEntries(good));
        expect(problems).toHaveLength(parts.length - good.length);
      }),
    );
  });

  it('loading an environment reads a setting independently of all others', () => {
    fc.assert(
      fc.property(environment, (env) => {
        const { config } = loadConfig({ ...env, PROMTEL_METRICS_PATH: '/x', OTEL_LOG_LEVEL: 'loud' });
        expect(config.prometheus.path).toBe('/x');
        expect(config.general.logLevel).toBe('INFO');
      }),
    );
  });

  it('never shows a secret in a problem, an origin or a summary', () => {
    const secret = fc.stringMatching(/^s3cret[\w=, %:]{0,20}$/);
    fc.assert(
      fc.property(
        fc.constantFrom(...secretVariables),
        secret,
        fc.constantFrom('', 'a=', 'a=1,', '='),
        (variable, hidden, before) => {
          const { config, problems, origins } = loadConfig({
            [variable]: before + hidden,
            [`${variable}S`]: hidden,
            [variable.slice(0, -1)]: hidden,
          });
          const shown = JSON.stringify([problems, origins, summarise(config, origins)]);
          expect(shown).not.toContain('s3cret');
        },
      ),
    );
    expect(secretVariables).toHaveLength(3);
  });

  it.each([
    'http://user:s3cret@host:4318',
    'http://host?key=s3cret',
    'http://host/#s3cret',
    'http://user:s3c?ret@ho st',
    'user:s3cret@host:99999999',
    'ftp://u:s3cret@host',
    'https:user:s3cret@host',
  ])('never shows the credentials in %s', (endpoint) => {
    for (const variable of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT']) {
      const { config, problems, origins } = loadConfig({
        [variable]: endpoint,
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_TRACES_EXPORTER: 'otlp',
      });
      expect(JSON.stringify([problems, origins, summarise(config, origins)])).not.toMatch(/s3c/);
    }
  });

  it('loading an environment does not flood the log with one long bad list', () => {
    const { problems } = loadConfig({
      OTEL_METRICS_EXPORTER: Array.from({ length: 1000 }, (_, index) => `bad${index}`).join(','),
    });
    expect(problems).toHaveLength(6);
    expect(problems.at(-1)?.message).toBe('995 further parts of it are not accepted either');
  });

  it.each([
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '70000', '"70000" is not a port from 0 to 65535; using 9464'],
    ['OTEL_METRICS_EXPORTER', 'graphite', `"graphite" is not one of ${EXPORTERS}; using prometheus`],
    ['OTEL_METRICS_EXPORTER', 'otlp,graphite', `"graphite" is not one of ${EXPORTERS}; it is left out`],
    ['OTEL_METRICS_EXPORTER', 'otlp,none', '"none" is not to be combined with other names; it is left out'],
    ['OTEL_METRICS_EXPORTER', ',', `"," is not a comma-separated list of ${EXPORTERS}; using prometheus`],
    ['OTEL_SDK_DISABLED', '1', '"1" is not true or false; using false'],
    ['OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'fs', '"fs" is not an instrumentation of promtel (http, undici); using none'],
    [
      'OTEL_EXPORTER_OTLP_HEADERS',
      'k=1,s3cret',
      '"(not shown)" is not a header=value pair, percent-encoded where it holds a comma or %; it is left out',
    ],
    [
      'OTEL_LOG_LEVEL',
      'lo\u001b[2J\nud',
      '"lo\\u001b[2J\\nud" is not one of NONE, ERROR, WARN, INFO, DEBUG, VERBOSE, ALL; using INFO',
    ],
    [
      'OTEL_LOG_LEVEL',
      'x'.repeat(200),
      `"${'x'.repeat(80)}…" is not one of NONE, ERROR, WARN, INFO, DEBUG, VERBOSE, ALL; using INFO`,
    ],
  ])('loading an environment reports %s=%s', (variable, value, message) => {
    expect(loadConfig({ [variable]: value }, { instrumentations: ['http', 'undici'] }).problems).toEqual([
      { subject: variable, message },
    ]);
  });

  it('loading an environment says which variable a setting comes from', () => {
    const { origins } = loadConfig({
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      PROMTEL_METRICS_PATH: 'bad',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=b',
    });
    expect(origins).toEqual({
      'prometheus.port': { variable: 'OTEL_EXPORTER_PROMETHEUS_PORT', text: '0' },
      'otlp.headers': { variable: 'OTEL_EXPORTER_OTLP_HEADERS', text: '(not shown)' },
    });
  });

  it('loading an environment accepts any instrumentation name when it is not given the list', () => {
    expect(loadConfig({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'fs,http' }).config.instrumentations.enabled).toEqual(['fs', 'http']);
  });

  it('loading an environment keeps an attribute called __proto__ an attribute', () => {
    const { attributes } = loadConfig({ OTEL_RESOURCE_ATTRIBUTES: '__proto__=x,a=1' }).config.resource;
    expect(Object.entries(attributes)).toEqual([
      ['__proto__', 'x'],
      ['a', '1'],
    ]);
  });
});

describe('metric overrides', () => {
  it('metric overrides are empty by default, so that metrics keep what they declare', () => {
    expect(loadConfig({}).config.metricOverrides).toEqual([]);
  });

  it('metric overrides have a limit for all metrics only if PROMTEL_CARDINALITY_LIMIT is set', () => {
    expect(loadConfig({ PROMTEL_METRIC_LIMITS: 'a=7' }).config.metricOverrides).toEqual([{ pattern: 'a', limit: 7 }]);
    expect(loadConfig({ PROMTEL_CARDINALITY_LIMIT: '0' }).config.metricOverrides).toEqual([]);
    expect(loadConfig({ PROMTEL_CARDINALITY_LIMIT: '2000' }).config.metricOverrides).toEqual([{ pattern: '*', limit: 2000 }]);
  });

  it('metric overrides come from all variables with patterns, the limit for all metrics first', () => {
    const { config } = loadConfig({
      PROMTEL_DROP_ATTRIBUTES: 'a.*=x,y',
      PROMTEL_DROP_METRICS: 'b.*',
      PROMTEL_METRIC_BUCKETS: 'a.*=1,2;a.b=3',
      PROMTEL_METRIC_LIMITS: 'a.b=7',
      PROMTEL_CARDINALITY_LIMIT: '50',
    });
    expect(config.metricOverrides).toEqual([
      { pattern: '*', limit: 50 },
      { pattern: 'a.b', limit: 7 },
      { pattern: 'a.*', buckets: [1, 2] },
      { pattern: 'a.b', buckets: [3] },
      { pattern: 'b.*', drop: true },
      { pattern: 'a.*', dropAttributes: ['x', 'y'] },
    ]);
  });
});

function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  expect(Object.isFrozen(value)).toBe(true);
  Object.values(value).forEach(expectFrozen);
}

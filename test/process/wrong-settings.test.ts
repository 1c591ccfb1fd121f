// Every wrong setting is reported in one line that names it, without a stack trace, and the application runs as without it.
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';

const blocker = createServer();
let takenPort = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  takenPort = String((blocker.address() as AddressInfo).port);
});
afterAll(() => void blocker.close());

/** A wrong value of a variable, and what the line must have besides the name of the variable. */
const wrong: [title: string, variable: string, value: string, names: string][] = [
  ['an unknown exporter', 'OTEL_METRICS_EXPORTER', 'promethius', 'prometheus'],
  ['a port that is no number', 'OTEL_EXPORTER_PROMETHEUS_PORT', 'http', '65535'],
  ['a port out of range', 'OTEL_EXPORTER_PROMETHEUS_PORT', '65536', '65535'],
  ['a negative port', 'OTEL_EXPORTER_PROMETHEUS_PORT', '-1', '65535'],
  ['an address that is not of this machine', 'OTEL_EXPORTER_PROMETHEUS_HOST', '192.0.2.1', '192.0.2.1'],
  ['a host that cannot be resolved', 'OTEL_EXPORTER_PROMETHEUS_HOST', 'no host', 'no host'],
  ['bounds that do not ascend', 'PROMTEL_METRIC_BUCKETS', 'http.server.request.duration=1,0.5', 'ascending'],
  [
    'bounds that are no numbers',
    'PROMTEL_METRIC_BUCKETS',
    'http.server.request.duration=fast,slow',
    'http.server.request.duration',
  ],
  ['malformed resource attributes', 'OTEL_RESOURCE_ATTRIBUTES', 'team', 'team'],
  ['an unknown instrumentation', 'OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'htpp', 'express'],
  ['an unknown instrumentation to enable', 'OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'httpd,http', 'httpd'],
  ['an unknown log level', 'OTEL_LOG_LEVEL', 'LOUD', 'VERBOSE'],
  ['a limit that is no number', 'PROMTEL_CARDINALITY_LIMIT', 'many', 'many'],
  ['an unknown protocol', 'OTEL_EXPORTER_OTLP_PROTOCOL', 'http/xml', 'http/protobuf'],
  ['a path without a slash', 'PROMTEL_METRICS_PATH', 'metrics', 'metrics'],
];

const OWN_PORT = { OTEL_EXPORTER_PROMETHEUS_PORT: '0', OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1' };

describe('one line reports what is wrong, and the application runs', () => {
  it.each(wrong)('one line reports %s', async (_title, variable, value, names) => {
    await expectOneLine({ ...OWN_PORT, [variable]: value }, variable, names);
  });

  it('one line reports a port that is taken', async () => {
    await expectOneLine({ ...OWN_PORT, OTEL_EXPORTER_PROMETHEUS_PORT: takenPort }, 'OTEL_EXPORTER_PROMETHEUS_PORT', takenPort);
  });

  it.each([
    ['OTEL_METRIC_EXPORTER', 'OTEL_METRICS_EXPORTER'],
    ['OTEL_EXPORTER_PROMETEUS_PORT', 'OTEL_EXPORTER_PROMETHEUS_PORT'],
    ['PROMTEL_DROP_METRIC', 'PROMTEL_DROP_METRICS'],
  ])('one line reports the misspelt name %s', async (misspelt, real) => {
    await expectOneLine({ ...OWN_PORT, [misspelt]: 'otlp' }, misspelt, real);
  });
});

describe('the start-up line', () => {
  it('the start-up line has the version, the address of the page and the instrumentations', async () => {
    const { stderr } = await runToEnd(['--import', './register.js', 'test/process/fixtures/answer.mjs'], OWN_PORT);
    expect(stderr).toMatch(
      /^promtel: \d+\.\d+\.\d+, metrics at http:\/\/127\.0\.0\.1:[1-9]\d*\/metrics, instruments .*express.*http.*\n$/,
    );
  });

  it('PROMTEL_STARTUP_LINE=false leaves out the start-up line', async () => {
    const { stderr } = await runToEnd(['--import', './register.js', 'test/process/fixtures/answer.mjs'], {
      ...OWN_PORT,
      PROMTEL_STARTUP_LINE: 'false',
    });
    expect(stderr).toBe('');
  });

  it('the start-up line is not printed where promtel is disabled', async () => {
    const { stderr, stdout } = await runToEnd(['--import', './register.js', 'test/process/fixtures/answer.mjs'], {
      OTEL_SDK_DISABLED: 'true',
    });
    expect(stderr).toBe('');
    expect(stdout).toBe('answered 200 hello\n');
  });
});

async function expectOneLine(env: Record<string, string>, ...mentioned: string[]): Promise<void> {
  const { code, stdout, stderr } = await runToEnd(['--import', './register.js', 'test/process/fixtures/answer.mjs'], env);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'answered 200 hello\n' });
  const lines = stderr.split('\n').filter((line) => line !== '' && !/^promtel: \d/.test(line));
  expect(lines).toHaveLength(1);
  for (const words of mentioned) expect(lines[0]).toContain(words);
  expect(stderr).not.toMatch(/^\s+at /m);
}

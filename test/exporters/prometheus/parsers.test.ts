// Parsers that were not written here take the page: promtool, and both of Python's prometheus_client.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PageOptions } from '../../../src/exporters/prometheus/page.ts';
import { type ExpositionSyntax, parseExposition, samplesOf, seriesKey } from '../../kit/samples/parse-exposition.ts';
import { testWith } from '../../kit/with-program.ts';
import { anyHostileMetrics, recordHostile } from './hostile.ts';
import { OPENMETRICS, pageOf, TEXT, textOf } from './sources.ts';

const golden = fileURLToPath(new URL('../../golden/', import.meta.url));

function goldenPages(format: 'prometheus' | 'openmetrics'): [name: string, page: string][] {
  return readdirSync(`${golden}${format}`).map((name) => [name, readFileSync(`${golden}${format}/${name}`, 'utf8')]);
}

/** What Python makes of pages: each as samples by how they would be queried, or the reason why it was refused. */
function readByPython(python: string, pages: readonly string[], syntax: ExpositionSyntax): (Record<string, number> | string)[] {
  const script = `
import json, sys, math
from prometheus_client${syntax === 'openmetrics' ? '.openmetrics' : ''}.parser import text_string_to_metric_families as parse
def read(page):
    try:
        return [[s.name, s.labels, repr(float(s.value))] for f in parse(page) for s in f.samples]
    except Exception as error:
        return f'{type(error).__name__}: {error}'
json.dump([read(page) for page in json.load(sys.stdin)], sys.stdout)`;
  const output = execFileSync(python, ['-c', script], { input: JSON.stringify(pages), encoding: 'utf8', maxBuffer: 2 ** 28 });
  return (JSON.parse(output) as ([string, Record<string, string>, string][] | string)[]).map((read) =>
    typeof read === 'string'
      ? read
      : Object.fromEntries(read.map(([name, labels, value]) => [seriesKey(name, labels), pythonNumber(value)])),
  );
}

function pythonNumber(text: string): number {
  return text === 'nan' ? NaN : text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);
}

/** What promtool says; a page that it can read, if not like, is no error. */
function refusalOfPromtool(promtool: string, page: string): string | undefined {
  const { status, stderr, stdout } = spawnSync(promtool, ['check', 'metrics'], { input: page, encoding: 'utf8' });
  const LINT_ONLY = 3;
  return status === 0 || status === LINT_ONLY ? undefined : stderr + stdout;
}

function expectSame(read: readonly unknown[], pages: readonly string[], syntax: ExpositionSyntax): void {
  for (const [index, page] of pages.entries()) {
    const families = parseExposition(page, syntax);
    // Python adds the ending to every counter of the text format that has none.
    const misnamed = [...families.values()].filter(
      ({ name, type }) => syntax === 'text' && type === 'counter' && !name.endsWith('_total'),
    );
    for (const { name, samples } of misnamed) {
      for (const [at, sample] of samples.entries()) samples[at] = { ...sample, name: `${name}_total` };
    }
    expect(read[index], page).toEqual(samplesOf(families));
  }
}

/** Hostile pages, the same ones in each run. */
async function hostilePages(accept: string, options: Partial<PageOptions> = {}): Promise<string[]> {
  const recordings = fc.sample(anyHostileMetrics, { numRuns: 150, seed: 20_261_121 });
  return Promise.all(recordings.map((metrics) => textOf(pageOf(recordHostile(metrics), options), accept)));
}

/** How names can be written: strategies, and what the reader says of names beyond the classic ones. */
const SPELLINGS: [title: string, accept: string, options: Partial<PageOptions>][] = [
  ['by default', '', {}],
  ['with scope labels and a target', '', { scopeLabels: true, resourceAttributes: () => ({ 'service.name': 'shop', le: '1' }) }],
  ['with resource labels', '', { resourceAttributes: () => ({ a_b: 'x', le: '1', __name__: 'y' }), isResourceLabel: () => true }],
  ['without suffixes', '', { strategy: 'UnderscoreEscapingWithoutSuffixes' }],
  ['untranslated for an old reader', '', { strategy: 'NoTranslation' }],
  ['untranslated, by dots', ';escaping=dots', { strategy: 'NoTranslation' }],
  ['untranslated, by values', ';escaping=values', { strategy: 'NoUTF8EscapingWithSuffixes' }],
];

describe('golden pages', () => {
  testWith('promtool', 'are read by promtool', ({ path }) => {
    // Debian's promtool is older than names in quotes.
    const classic = goldenPages('prometheus').filter(([, page]) => !/^\{"/m.test(page));
    expect(classic.length).toBeGreaterThan(30);
    for (const [name, page] of classic) expect(refusalOfPromtool(path, page), name).toBeUndefined();
  });

  testWith('python', 'are read by the text parser of prometheus_client', ({ path }) => {
    const pages = goldenPages('prometheus').map(([, page]) => page);
    expectSame(readByPython(path, pages, 'text'), pages, 'text');
  });

  testWith('python', 'are read by the OpenMetrics parser of prometheus_client', ({ path }) => {
    const pages = goldenPages('openmetrics').map(([, page]) => page);
    expectSame(readByPython(path, pages, 'openmetrics'), pages, 'openmetrics');
  });
});

describe.each(SPELLINGS)('hostile pages %s', (_, escaping, options) => {
  it('are read by the strict parser of this repository', async () => {
    for (const page of await hostilePages(TEXT + escaping, options)) parseExposition(page, 'text');
    for (const page of await hostilePages(OPENMETRICS + escaping, options)) parseExposition(page, 'openmetrics');
  });

  testWith('promtool', 'are read by promtool', async ({ path }) => {
    // Each page is a process.
    for (const page of (await hostilePages(TEXT + escaping, options)).slice(0, 40)) {
      expect(refusalOfPromtool(path, page), page).toBeUndefined();
    }
  });

  testWith('python', 'are read by both parsers of prometheus_client', async ({ path }) => {
    const pages = await hostilePages(TEXT + escaping, options);
    expectSame(readByPython(path, pages, 'text'), pages, 'text');
    const openMetricsPages = await hostilePages(OPENMETRICS + escaping, options);
    expectSame(readByPython(path, openMetricsPages, 'openmetrics'), openMetricsPages, 'openmetrics');
  });
});

describe.each(['NoTranslation', 'NoUTF8EscapingWithSuffixes'] as const)('hostile pages with names in quotes, %s', (strategy) => {
  it('are read by the strict parser of this repository', async () => {
    for (const page of await hostilePages(`${TEXT};escaping=allow-utf-8`, { strategy })) parseExposition(page, 'text');
    for (const page of await hostilePages(`${OPENMETRICS};escaping=allow-utf-8`, { strategy }))
      parseExposition(page, 'openmetrics');
  });
});

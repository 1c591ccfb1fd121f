// What is kept between scrapes: text within a budget over all formats, freed with its series and its readers.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { TRANSLATION_STRATEGIES, type TranslationStrategy } from '../../../src/core/naming/translation-strategy.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { type FormatCache, FormatCaches } from '../../../src/exporters/prometheus/format-cache.ts';
import { ESCAPING_SCHEMES, type Format, negotiate } from '../../../src/exporters/prometheus/format.ts';
import { makePage } from '../../../src/exporters/prometheus/make-page.ts';
import { Naming } from '../../../src/exporters/prometheus/naming.ts';
import { TextBudget } from '../../../src/exporters/prometheus/text-budget.ts';
import { metric, OPENMETRICS, TEXT } from './sources.ts';

const FORMATS: readonly Format[] = [TEXT, OPENMETRICS].flatMap((type) =>
  ESCAPING_SCHEMES.map((scheme) => negotiate(`${type};escaping=${scheme}`)),
);
const SERIES = 400;

function orders(strategy: TranslationStrategy, limitBytes?: number) {
  const registry = new Registry();
  const budget = new TextBudget(limitBytes);
  const caches = new FormatCaches(registry, { strategy, scope: { name: 'promtel' }, scopeLabels: false }, budget);
  const histogram = registry.instrument(metric('shop.orders', 'histogram', ['shop.kind'], { unit: 's' }));
  const record = (first = 0, last = SERIES): void => {
    for (let index = first; index < last; index += 1) histogram.record(index, { 'shop.kind': `${index}` });
  };
  const scrape = async (format: Format): Promise<readonly Buffer[]> => {
    const cache: FormatCache = caches.get(format, {});
    cache.share.beginScrape();
    return (await makePage({ target: undefined, families: registry.families, otel: [] }, cache)).chunks;
  };
  return { budget, caches, histogram, record, scrape };
}

const sizeOf = (chunks: readonly Buffer[]): number => chunks.reduce((sum, { length }) => sum + length, 0);

afterEach(() => {
  vi.useRealTimers();
});

it('FormatCache keeps the text of series that do not change, and writes only what does', async () => {
  const { budget, record, scrape } = orders('UnderscoreEscapingWithSuffixes');
  record();
  const first = await scrape(FORMATS[0]!);
  expect(budget.keptBytes).toBeGreaterThan(sizeOf(first));
  record(0, 1);
  const second = await scrape(FORMATS[0]!);
  // The head of the family is written anew, and one of the blocks.
  expect(second.filter((chunk) => !first.includes(chunk))).toHaveLength(2);
});

it('FormatCache keeps no more than the budget in eight formats of a page that is larger', async () => {
  const limitBytes = 100_000;
  const { budget, record, scrape } = orders('NoTranslation', limitBytes);
  for (let round = 0; round < 3; round += 1) {
    record();
    for (const format of FORMATS) {
      const size = sizeOf(await scrape(format));
      expect(size).toBeGreaterThan(limitBytes);
      expect(budget.keptBytes).toBeLessThanOrEqual(limitBytes);
    }
  }
  expect(budget.keptBytes).toBeGreaterThan(limitBytes / 2);
});

it('FormatCache frees the text of removed series, of whole blocks and of the last ones', async () => {
  const { budget, histogram, record, scrape } = orders('UnderscoreEscapingWithSuffixes');
  record();
  for (const format of FORMATS) await scrape(format);
  const before = budget.keptBytes;
  for (let index = 0; index < SERIES / 2; index += 1) histogram.remove({ 'shop.kind': `${index}` });
  for (const format of FORMATS) await scrape(format);
  expect(budget.keptBytes / before).toBeCloseTo(1 / 2);
  histogram.family.empty();
  for (const format of FORMATS) await scrape(format);
  expect(budget.keptBytes).toBe(0);
});

it('FormatCache does not hold removed series, also of a format that is not scraped again', async () => {
  const { histogram, record, scrape } = orders('UnderscoreEscapingWithSuffixes');
  record();
  await scrape(FORMATS[0]!);
  const removed = new WeakRef(histogram.family.blocks[0]!.cells[0]!);
  histogram.family.empty();
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  await new Promise(setImmediate);
  collectGarbage();
  expect(removed.deref()).toBe(undefined);
});

it('FormatCache frees the text of a format that nobody scraped for ten minutes', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { budget, caches, record, scrape } = orders('UnderscoreEscapingWithSuffixes');
  record();
  const openMetrics = negotiate(OPENMETRICS);
  await scrape(openMetrics);
  const keptOfOne = budget.keptBytes;
  await scrape(negotiate(TEXT));
  expect(budget.keptBytes).toBeGreaterThan(1.9 * keptOfOne);
  vi.setSystemTime(Date.now() + 11 * 60 * 1000);
  await scrape(openMetrics);
  expect(budget.keptBytes).toBe(keptOfOne);
  caches.clear();
  expect(budget.keptBytes).toBe(0);
});

it('FormatCaches has one cache for formats that are written alike', () => {
  const countOf = (strategy: TranslationStrategy): number => {
    const { caches } = orders(strategy);
    return new Set(FORMATS.map((format) => caches.get(format, {}))).size;
  };
  expect(TRANSLATION_STRATEGIES.map(countOf)).toEqual([4, 4, 8, 8]);
});

it('formats that have one cache have the same names and labels', () => {
  const anyText = fc.string({
    unit: fc.oneof(fc.constantFrom('a', '_', '.', '1', ':', '温', '\0'), fc.string({ unit: 'binary' })),
  });
  const namings = (['underscores', 'values', 'allow-utf-8'] as const).map(
    (escaping) =>
      new Naming(
        { syntax: 'text', escaping },
        { strategy: 'UnderscoreEscapingWithoutSuffixes', scopeLabels: true, resourceAttributes: { 'service.name': 'shop' } },
      ),
  );
  fc.assert(
    fc.property(anyText, anyText, fc.dictionary(anyText, anyText), (name, unit, attributes) => {
      const written = namings.map((naming) => ({
        name: naming.name({ name, unit, kind: 'gauge' }),
        labels: [...naming.labels(attributes, 'histogram', { name: 'promtel' })],
      }));
      expect(written[1]).toEqual(written[0]);
      expect(written[2]).toEqual(written[0]);
    }),
  );
});

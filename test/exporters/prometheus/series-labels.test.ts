// The labels of promtel's own series, written from parts that are prepared once: the same text as from all attributes anew.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TRANSLATION_STRATEGIES } from '../../../src/core/naming/translation-strategy.ts';
import { Family } from '../../../src/core/recording/family.ts';
import { ESCAPING_SCHEMES } from '../../../src/exporters/prometheus/format.ts';
import { Naming } from '../../../src/exporters/prometheus/naming.ts';
import { SeriesLabels } from '../../../src/exporters/prometheus/series-labels.ts';
import { labelsText } from '../../../src/exporters/prometheus/text.ts';
import { metric } from './sources.ts';

const anyKey = fc.oneof(
  fc.constantFrom('a', 'ab', 'a1', 'a_b', 'a.c', 'le', 'quantile', '__name__', 'otel.scope', '温度', '1a', 'A'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
);
const anyValue = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('"', '\\', '\n', '{}'),
  fc.constant(undefined),
);
const SCOPE = { name: 'promtel', version: '1.0' };

it('SeriesLabels writes what labelsText writes of the attributes, under every strategy and escaping', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyKey, { maxLength: 4 }),
      fc.array(fc.array(anyValue, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      fc.dictionary(anyKey, fc.string(), { maxKeys: 2 }),
      fc.record({
        strategy: fc.constantFrom(...TRANSLATION_STRATEGIES),
        escaping: fc.constantFrom(...ESCAPING_SCHEMES),
        scopeLabels: fc.boolean(),
        kind: fc.constantFrom('counter' as const, 'histogram' as const),
      }),
      (keys, rows, resourceAttributes, { strategy, escaping, scopeLabels, kind }) => {
        const family = new Family(metric('a', kind, keys, { limit: 5 }));
        for (const row of rows) family.find(Object.fromEntries(keys.map((key, index) => [key, row[index]])));
        const naming = new Naming({ syntax: 'text', escaping }, { strategy, scopeLabels, resourceAttributes });
        const attributes = Object.fromEntries([...family.keys, 'otel.metric.overflow'].map((key) => [key, 'any']));
        fc.pre(naming.labels(attributes, kind, SCOPE).size === naming.expectedLabels(attributes, SCOPE));
        const labels = new SeriesLabels(family, naming, SCOPE);
        for (const cell of family.blocks.flatMap(({ cells }) => cells)) {
          const text = cell === family.overflow ? labels.overflow : labels.textOf(cell);
          expect(text).toBe(labelsText(naming.labels(family.attributesOf(cell), kind, SCOPE)));
        }
      },
    ),
  );
});

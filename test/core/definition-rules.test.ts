// Every rule of a declaration that works, broken once; and nothing at all that throws.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenRules, DEFINITION_RULES, type UncheckedDefinition } from '../../src/core/definition-rules.ts';

const key = { key: 'shop.name', type: 'string', brief: 'Name.' };
const good = { name: 'orders', instrument: 'counter', unit: '{order}', brief: 'Orders.', attributes: [key] };
const histogram = { ...good, instrument: 'histogram', buckets: [0, 2.5] };
const gauge = { ...good, instrument: 'gauge', expireAfterSeconds: 0.5 };

const broken: Record<string, readonly UncheckedDefinition[]> = {
  'the name, the unit and the brief are strings, and the name is not empty': [
    { ...good, name: '' },
    { ...good, name: 7 },
    { ...good, unit: undefined },
    { ...good, brief: null },
  ],
  'the instrument is counter, updowncounter, gauge or histogram': [
    { ...good, instrument: 'Counter' },
    { ...good, instrument: undefined },
  ],
  'a histogram, and nothing else, has finite ascending bounds': [
    { ...good, buckets: [1, 2] },
    { ...good, instrument: 'histogram' },
    ...[[], [1, 1], [5, 1], [1, Infinity], [1, Number.NaN], ['1', '2'], 5].map((buckets) => ({ ...histogram, buckets })),
  ],
  'only a gauge expires': [
    { ...good, expireAfterSeconds: 60 },
    { ...gauge, expireAfterSeconds: 0 },
    { ...gauge, expireAfterSeconds: '60' },
  ],
  'the limit leaves room for the overflow series': [
    { ...good, limit: 1 },
    { ...good, limit: 2.5 },
    { ...good, limit: '10' },
  ],
  'attributes are a list of a key and a type each, which is string, int or boolean': [
    { ...good, attributes: undefined },
    { ...good, attributes: { key } },
    { ...good, attributes: ['shop.name'] },
    { ...good, attributes: [null] },
    { ...good, attributes: [{ ...key, key: '' }] },
    { ...good, attributes: [{ ...key, type: 'number' }] },
  ],
  'attribute keys are different': [{ ...good, attributes: [key, key] }],
  'values of an attribute are a list, and its cap is a whole number above 0': [
    { ...good, attributes: [{ ...key, values: 'card' }] },
    { ...good, attributes: [{ ...key, cap: 0 }] },
    { ...good, attributes: [{ ...key, cap: 1.5 }] },
  ],
};

describe('the structure of a declaration', () => {
  it('is right where all is as it works', () => {
    const right = [good, histogram, gauge, { ...good, attributes: [] }, { ...good, limit: 2 }];
    expect(right.flatMap((definition) => brokenRules(DEFINITION_RULES, definition))).toEqual([]);
  });

  it('has a broken example of every rule', () => {
    expect(Object.keys(broken)).toEqual(Object.keys(DEFINITION_RULES));
  });

  it.each(Object.entries(broken))('is wrong where this is not kept: %s', (rule, definitions) => {
    for (const definition of definitions) {
      expect(brokenRules(DEFINITION_RULES, definition)).toEqual([{ rule, wrong: expect.any(String) }]);
    }
  });

  it('is asked of anything without throwing', () => {
    const anything = fc.record({
      name: fc.anything(),
      instrument: fc.oneof(fc.constant('histogram'), fc.anything()),
      attributes: fc.oneof(fc.array(fc.anything()), fc.anything()),
      buckets: fc.oneof(fc.array(fc.anything()), fc.anything()),
      limit: fc.anything(),
    });
    fc.assert(
      fc.property(anything, (definition) => {
        expect(brokenRules(DEFINITION_RULES, definition)).not.toEqual([]);
      }),
    );
  });
});

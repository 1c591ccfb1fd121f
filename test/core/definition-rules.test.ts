// Validation of metric definitions: a violation of every rule, and input of any type.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenRules, DEFINITION_RULES, type UncheckedDefinition } from '../../src/core/definition-rules.ts';

const key = { key: 'shop.name', type: 'string', brief: 'Name.' };
const counter = { name: 'orders', instrument: 'counter', unit: '{order}', brief: 'Orders.', attributes: [key] };
const histogram = { ...counter, instrument: 'histogram', buckets: [0, 2.5] };
const gauge = { ...counter, instrument: 'gauge', expireAfterSeconds: 0.5 };

const broken: Record<string, readonly UncheckedDefinition[]> = {
  'the name, the unit and the brief are strings, and the name is not empty': [
    { ...counter, name: '' },
    { ...counter, name: 7 },
    { ...counter, unit: undefined },
    { ...counter, brief: null },
  ],
  'the instrument is counter, updowncounter, gauge or histogram': [
    { ...counter, instrument: 'Counter' },
    { ...counter, instrument: undefined },
  ],
  'a histogram, and nothing else, has finite ascending bounds': [
    { ...counter, buckets: [1, 2] },
    { ...counter, instrument: 'histogram' },
    ...[[], [1, 1], [5, 1], [1, Infinity], [1, Number.NaN], ['1', '2'], 5].map((buckets) => ({ ...histogram, buckets })),
  ],
  'only a gauge expires': [
    { ...counter, expireAfterSeconds: 60 },
    { ...gauge, expireAfterSeconds: 0 },
    { ...gauge, expireAfterSeconds: '60' },
  ],
  'the limit leaves room for the overflow series': [
    { ...counter, limit: 1 },
    { ...counter, limit: 2.5 },
    { ...counter, limit: '10' },
  ],
  'attributes are a list of a key and a type each, which is string, int or boolean': [
    { ...counter, attributes: undefined },
    { ...counter, attributes: { key } },
    { ...counter, attributes: ['shop.name'] },
    { ...counter, attributes: [null] },
    { ...counter, attributes: [{ ...key, key: '' }] },
    { ...counter, attributes: [{ ...key, type: 'number' }] },
  ],
  'attribute keys are different': [{ ...counter, attributes: [key, key] }],
  'values of an attribute are a list, and its cap is a whole number above 0': [
    { ...counter, attributes: [{ ...key, values: 'card' }] },
    { ...counter, attributes: [{ ...key, cap: 0 }] },
    { ...counter, attributes: [{ ...key, cap: 1.5 }] },
  ],
};

describe('DEFINITION_RULES', () => {
  it('a valid metric definition breaks no rule', () => {
    const valid = [counter, histogram, gauge, { ...counter, attributes: [] }, { ...counter, limit: 2 }];
    expect(valid.flatMap((definition) => brokenRules(DEFINITION_RULES, definition))).toEqual([]);
  });

  it('every rule of a metric definition has an invalid example in this test', () => {
    expect(Object.keys(broken)).toEqual(Object.keys(DEFINITION_RULES));
  });

  it.each(Object.entries(broken))('an invalid metric definition breaks the rule: %s', (rule, definitions) => {
    for (const definition of definitions) {
      expect(brokenRules(DEFINITION_RULES, definition)).toEqual([{ rule, wrong: expect.any(String) }]);
    }
  });

  it('the rules of a metric definition never throw, whatever its fields hold', () => {
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

// Every lint rule for metric definitions finds what breaks it.
import { describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../../src/core/metric.ts';
import { lint, LINT_RULES, lintTogether } from './lint.ts';

const good: MetricDefinition = {
  name: 'shop.orders',
  instrument: 'counter',
  unit: '{order}',
  brief: 'Orders that were placed.',
  stability: 'stable',
  attributes: [{ key: 'shop.name', type: 'string', brief: 'Name of the shop.', cap: 10 }],
};

const histogram: MetricDefinition = {
  ...good,
  name: 'shop.delivery.duration',
  instrument: 'histogram',
  unit: 's',
  buckets: [1, 2.5],
};

const gauge: MetricDefinition = { ...good, name: 'shop.fill', instrument: 'gauge', unit: '1', merge: 'max' };

const key = good.attributes[0]!;

describe('lint', () => {
  it('lint accepts a good definition', () => {
    const definitions: MetricDefinition[] = [
      good,
      histogram,
      gauge,
      { ...good, merge: 'max' },
      { ...gauge, expireAfterSeconds: 60 },
      { ...good, brief: 'Orders (e.g. of books).' },
    ];
    expect(definitions.flatMap(lint)).toEqual([]);
  });

  const broken: Record<string, readonly MetricDefinition[]> = {
    'the name is lower case, dotted, and has no ending that Prometheus adds': [
      { ...good, name: 'orders' },
      { ...good, name: 'shop.Orders' },
      { ...good, name: 'shop..orders' },
      { ...good, name: 'shop.orders_total' },
      { ...good, name: 'shop.size.bytes' },
    ],
    'the unit is a base unit or a count': [
      { ...good, unit: 'ms' },
      { ...good, unit: '' },
      { ...good, unit: 'orders' },
    ],
    'a sum counts something: its unit is not 1': [{ ...good, unit: '1' }],
    'the brief is one sentence': [
      { ...good, brief: 'Orders that were placed' },
      { ...good, brief: 'orders that were placed.' },
      { ...good, brief: 'Orders. All of them.' },
      { ...good, brief: 'Orders...' },
      { ...good, brief: '' },
    ],
    'a gauge says how processes merge, a sum only that they read the same total': [
      { ...good, instrument: 'gauge' },
      { ...good, merge: 'min' },
      { ...histogram, merge: 'max' },
    ],
    'attribute keys are lower case': [{ ...good, attributes: [{ ...key, key: 'Shop' }] }],
    'attribute briefs are one sentence': [{ ...good, attributes: [{ ...key, brief: 'Name' }] }],
    'attribute values are listed or capped, not both': [
      { ...good, attributes: [{ ...key, values: ['a'] }] },
      { ...good, attributes: [{ key: 'a', type: 'string', brief: 'Any.', values: [] }] },
      { ...good, attributes: [{ key: 'a', type: 'string', brief: 'Any.', values: ['b', 'b'] }] },
    ],
  };

  it('every lint rule has a broken example', () => {
    expect(Object.keys(broken)).toEqual(Object.keys(LINT_RULES));
  });

  it.each(Object.entries(broken))('lint finds what breaks "%s"', (rule, definitions) => {
    for (const definition of definitions) expect(lint(definition)).toEqual([expect.stringContaining(`: ${rule}: `)]);
  });
});

describe('lint of an invalid definition', () => {
  it('lint reports of an invalid definition only what makes it invalid', () => {
    expect(lint({ ...histogram, brief: 'no sentence', buckets: [2, 1] })).toEqual([
      'shop.delivery.duration: a histogram, and nothing else, has finite ascending bounds: [2, 1]',
    ]);
  });
});

describe('lintTogether', () => {
  it('lintTogether accepts definitions that share an attribute', () => {
    expect(lintTogether([good, gauge])).toEqual([]);
  });

  it('lintTogether finds a name that two definitions have, in OpenTelemetry or in Prometheus', () => {
    expect(lintTogether([good, good])).toContain('shop.orders: is declared twice');
    expect(lintTogether([good, { ...good, name: 'shop_orders' }])).toEqual([
      'shop_orders: has the Prometheus name of another metric',
    ]);
  });

  it('lintTogether finds a key that two attributes have', () => {
    expect(lintTogether([good, { ...gauge, attributes: [{ ...key }] }])).toEqual(['shop.name: is declared twice']);
  });
});

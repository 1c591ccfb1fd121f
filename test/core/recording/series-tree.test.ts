// The look-up tree: it finds what a plain map finds, and what it holds for a series does not depend on the order of the keys.
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { defineMetric } from '../../../src/core/metric.ts';
import type { CounterCell } from '../../../src/core/recording/cell.ts';
import { Family } from '../../../src/core/recording/family.ts';
import { Branch, MAX_LEAF_SERIES, type SeriesNode, SeriesTree } from '../../../src/core/recording/series-tree.ts';

const KEYS = ['a', 'b', 'c'];
const definition = defineMetric({
  name: 'shop.things',
  instrument: 'counter',
  unit: '1',
  brief: 'Things.',
  stability: 'stable',
  limit: 100_000,
  attributes: KEYS.map((key) => ({ key, type: 'string', brief: 'A key.' }) as const),
});

type Values = readonly (string | undefined)[];

const attributesOf = (values: Values): Record<string, string | undefined> =>
  Object.fromEntries(KEYS.map((key, index) => [key, values[index]]));

/** A tree beside the family that its cells are of. */
function treeOf(series: readonly Values[]): { tree: SeriesTree<CounterCell>; cells: CounterCell[] } {
  const family = new Family<CounterCell>(definition);
  const cells = series.map((values) => family.find(attributesOf(values)));
  const tree = new SeriesTree<CounterCell>(KEYS);
  for (const cell of cells) {
    cell.next = undefined;
    tree.insert(cell);
  }
  return { tree, cells };
}

interface Size {
  maps: number;
  entries: number;
  series: number;
  longestLeaf: number;
  smallestMap: number;
}

function sizeOf(node: SeriesNode | undefined): Size {
  const size: Size = { maps: 0, entries: 0, series: 0, longestLeaf: 0, smallestMap: Infinity };
  const visit = (visited: SeriesNode | undefined): void => {
    if (visited instanceof Branch) {
      size.maps += 1;
      size.entries += visited.children.size;
      size.smallestMap = Math.min(size.smallestMap, visited.children.size);
      for (const child of visited.children.values()) visit(child);
      return;
    }
    let length = 0;
    for (let cell = visited; cell !== undefined; cell = cell.next) length += 1;
    size.series += length;
    size.longestLeaf = Math.max(size.longestLeaf, length);
  };
  visit(node);
  return size;
}

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

const SHAPES: Record<string, (index: number) => readonly [string, string, string]> = {
  'one key with all values': (index) => [`${index}`, 'constant', `${index % 3}`],
  'pairs of series that differ in one key': (index) => [`${index >> 1}`, `${index & 1}`, 'constant'],
  'ten series for each value': (index) => [`${Math.floor(index / 10)}`, `${index % 10}`, `${index % 2}`],
  'three keys with as many values each': (index) => [
    `${index % 17}`,
    `${Math.floor(index / 17) % 17}`,
    `${Math.floor(index / 289)}`,
  ],
};

it.each(Object.entries(SHAPES))('SeriesTree needs no more Maps and entries whatever the order of the keys: %s', (_, shape) => {
  const count = 4000;
  const series = Array.from({ length: count }, (_unused, index) => shape(index));
  for (const order of orders) {
    const size = sizeOf(treeOf(series.map((values) => order.map((index) => values[index]))).tree.root);
    expect(size.series).toBe(count);
    expect(size.longestLeaf).toBeLessThanOrEqual(MAX_LEAF_SERIES);
    expect(size.smallestMap).toBeGreaterThan(1);
    // A Map with a child for each series is the least that a search by values needs; a Map costs as much as four entries.
    expect(size.entries).toBeLessThanOrEqual(1.15 * count);
    expect(size.maps).toBeLessThanOrEqual(count / MAX_LEAF_SERIES / 2);
  }
});

const anyValues = fc.tuple(
  fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined }),
  fc.option(fc.integer({ min: 0, max: 30 }).map(String), { nil: undefined }),
  fc.constantFrom('p', 'q'),
);

function expectSameFinds(find: (values: Values) => CounterCell | undefined, steps: readonly Values[]): void {
  const expected = new Map<string, CounterCell>();
  for (const values of steps) {
    const key = JSON.stringify(values.map((value) => value ?? null));
    const found = find(values);
    expect(found).toBe(expected.get(key) ?? found);
    expected.set(key, found!);
  }
  expect(new Set(expected.values()).size).toBe(expected.size);
}

afterEach(() => vi.unstubAllGlobals());

it('the compiled finder finds one cell for each set of values', () => {
  fc.assert(
    fc.property(fc.array(anyValues, { maxLength: 200 }), (steps) => {
      const family = new Family<CounterCell>(definition);
      expectSameFinds((values) => family.find(attributesOf(values)), steps);
    }),
  );
});

it('the finder without compiled code finds the same', () => {
  vi.stubGlobal('Function', () => {
    throw new EvalError('not here');
  });
  fc.assert(
    fc.property(fc.array(anyValues, { maxLength: 200 }), (steps) => {
      const family = new Family<CounterCell>(definition);
      expectSameFinds((values) => family.find(attributesOf(values)), steps);
    }),
  );
});

it('SeriesTree without a series is what it would be had the series never been there', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyValues, { selector: String, maxLength: 60 }),
      fc.infiniteStream(fc.boolean()),
      (series, isRemoved) => {
        const { tree, cells } = treeOf(series);
        const kept: CounterCell[] = [];
        for (const cell of cells) {
          if (!isRemoved.next().value) {
            kept.push(cell);
            continue;
          }
          tree.remove(cell.values);
          expect(tree.get(cell.values)).toBe(undefined);
          expect(cell.next).toBe(undefined);
        }
        for (const cell of kept) expect(tree.get(cell.values)).toBe(cell);
        const size = sizeOf(tree.root);
        expect(size.series).toBe(kept.length);
        expect(size.smallestMap).toBeGreaterThan(1);
        if (kept.length < 2) expect(size.maps).toBe(0);
      },
    ),
  );
});

it('SeriesTree forgets nothing when values are removed that it does not have', () => {
  const { tree, cells } = treeOf([['x', '1', 'p']]);
  tree.remove(['x', '2', 'p']);
  expect(tree.get(['x', '1', 'p'])).toBe(cells[0]);
});

// Look-up of a series by its attribute values: a tree of Maps that branches only where series differ.
//
// No key is sorted, joined or hashed into a string. A few series share a leaf and are found by comparing their values;
// a leaf that grows is split by the attribute with the most values in it. What a series costs therefore does not depend on
// the order of the attributes, and an attribute that all series of a branch have in common costs nothing.
import type { AttributeValue } from '../attribute.ts';
import type { Cell, SeriesValues } from './cell.ts';

export type AttributeReader = { readonly [key: string]: unknown } | undefined;

/** Called with attributes that lead to no cell; returns the cell to record into. */
export type Miss<C extends Cell> = (attributes: AttributeReader) => C;

export type Find<C extends Cell> = (attributes?: AttributeReader) => C;

/** Series that share a leaf at most: comparing four is as fast as one more Map, which takes 200 bytes. */
export const MAX_LEAF_SERIES = 4;

/** A branch, or the first cell of a leaf; the others follow by `Cell.next`. */
export type SeriesNode = Branch | Cell;

/** Series that differ in the attribute with this index. */
export class Branch {
  readonly index: number;
  readonly children = new Map<AttributeValue | undefined, SeriesNode>();

  constructor(index: number) {
    this.index = index;
  }
}

/** The cells of a family by their values. */
export class SeriesTree<C extends Cell> {
  root: SeriesNode | undefined = undefined;
  readonly #keys: readonly string[];

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  get(values: SeriesValues): C | undefined {
    let node = this.root;
    while (node instanceof Branch) node = node.children.get(values[node.index]);
    while (node !== undefined && !isSame(node.values, values)) node = node.next;
    return node as C | undefined;
  }

  /** Adds a cell whose values no other one has. */
  insert(cell: C): void {
    let parent: Branch | undefined;
    let node = this.root;
    while (node instanceof Branch) {
      parent = node;
      node = node.children.get(cell.values[node.index]);
    }
    cell.next = node;
    const changed = lengthOf(cell) > MAX_LEAF_SERIES ? split(cell) : cell;
    if (parent === undefined) this.root = changed;
    else parent.children.set(cell.values[parent.index], changed);
  }

  /** Forgets the cell of these values, and every branch that has only one child left. */
  remove(values: SeriesValues): void {
    this.root = without(this.root, values);
  }

  /**
   * The function that finds a cell by attributes. It is compiled for the keys, because a property that is read by a
   * constant name costs a fifth of one read by a variable; where compiling is forbidden, a loop does the same.
   */
  finder(miss: Miss<C>): Find<C> {
    try {
      // oxlint-disable-next-line typescript/no-implied-eval -- the source is made of JSON-quoted keys only
      const compile = new Function('tree', 'miss', finderSource(this.#keys)) as (tree: this, miss: Miss<C>) => Find<C>;
      return compile(this, miss);
    } catch {
      return this.#interpretedFinder(miss);
    }
  }

  #interpretedFinder(miss: Miss<C>): Find<C> {
    const keys = this.#keys;
    return (attributes) => {
      try {
        let node = this.root;
        while (node instanceof Branch) node = node.children.get(attributes?.[keys[node.index]!] as AttributeValue);
        while (node !== undefined && !hasAttributes(node, keys, attributes)) node = node.next;
        if (node !== undefined) return node as C;
      } catch {
        // A getter threw; `miss` reads the attributes again, one by one.
      }
      return miss(attributes);
    };
  }
}

function isSame(values: SeriesValues, others: SeriesValues): boolean {
  return values.every((value, index) => value === others[index]);
}

function hasAttributes({ values }: Cell, keys: readonly string[], attributes: AttributeReader): boolean {
  for (let index = 0; index < keys.length; index += 1) if (values[index] !== attributes?.[keys[index]!]) return false;
  return true;
}

function lengthOf(leaf: Cell): number {
  let length = 0;
  for (let cell: Cell | undefined = leaf; cell !== undefined; cell = cell.next) length += 1;
  return length;
}

/** Makes a leaf a branch by the attribute that has the most values in it. */
function split(leaf: Cell): Branch {
  const cells: Cell[] = [];
  for (let cell: Cell | undefined = leaf; cell !== undefined; cell = cell.next) cells.push(cell);
  const distinct = leaf.values.map((_, index) => new Set(cells.map(({ values }) => values[index])).size);
  const branch = new Branch(distinct.indexOf(Math.max(...distinct)));
  for (const cell of cells) {
    const value = cell.values[branch.index];
    cell.next = branch.children.get(value) as Cell | undefined;
    branch.children.set(value, cell);
  }
  return branch;
}

/** What is left of a node without the cell of these values. */
function without(node: SeriesNode | undefined, values: SeriesValues): SeriesNode | undefined {
  if (!(node instanceof Branch)) return leafWithout(node, values);
  const { children, index } = node;
  const rest = without(children.get(values[index]), values);
  if (rest === undefined) children.delete(values[index]);
  else children.set(values[index], rest);
  return children.size > 1 ? node : children.values().next().value;
}

function leafWithout(leaf: Cell | undefined, values: SeriesValues): Cell | undefined {
  if (leaf === undefined) return undefined;
  const rest = leaf.next;
  if (isSame(leaf.values, values)) {
    leaf.next = undefined;
    return rest;
  }
  leaf.next = leafWithout(rest, values);
  return leaf;
}

/** `open` is how many keys no branch has compared yet: once there is none, the cell that was reached needs no comparison. */
function finderSource(keys: readonly string[]): string {
  const reads = keys.map((key, index) => `const value${index} = attributes[${JSON.stringify(key)}];`);
  const valueAt = keys.reduceRight(
    (rest, _, index) => (rest === '' ? `value${index}` : `index === ${index} ? value${index} : ${rest}`),
    '',
  );
  const comparison = keys.map((_, index) => `values[${index}] === value${index}`).join(' && ');
  return `return (attributes) => {
    if (attributes === undefined || attributes === null) return miss(undefined);
    try {
      ${reads.join('\n      ')}
      let node = tree.root;
      let children;
      let open = ${keys.length};
      while (open > 0 && node !== undefined && (children = node.children) !== undefined) {
        const index = node.index;
        node = children.get(${valueAt});
        open -= 1;
      }
      if (open === 0 && node !== undefined) return node;
      for (; node !== undefined; node = node.next) {
        const values = node.values;
        if (${comparison}) return node;
      }
      return miss(attributes);
    } catch {
      return miss(attributes);
    }
  };`;
}

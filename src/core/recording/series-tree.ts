// Finds the cell of an attribute set by its values themselves, one Map per attribute: no key is sorted or joined.
import type { AttributeValue } from '../attribute.ts';
import type { Cell, SeriesValues } from './cell.ts';

export type AttributeReader = { readonly [key: string]: unknown } | undefined;

type Branch = Map<AttributeValue | undefined, Branch | Cell>;

/** Called with attributes that lead to no cell; answers with the cell to record into. */
export type Miss<C extends Cell> = (attributes: AttributeReader) => C;

export type Find<C extends Cell> = (attributes?: AttributeReader) => C;

/** The cells of a family by their values. */
export class SeriesTree<C extends Cell> {
  readonly #root: Branch = new Map();
  readonly #keys: readonly string[];

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  get(values: SeriesValues): C | undefined {
    let branch = this.#root;
    for (const value of values) {
      const next = branch.get(value);
      if (!(next instanceof Map)) return next as C | undefined;
      branch = next;
    }
    return undefined;
  }

  insert(cell: C): void {
    let branch = this.#root;
    const { values } = cell;
    const last = values.length - 1;
    for (let index = 0; index < last; index += 1) {
      let next = branch.get(values[index]);
      if (next === undefined) branch.set(values[index], (next = new Map()));
      branch = next as Branch;
    }
    branch.set(values[last], cell);
  }

  /** Forgets the cell of these values, and every branch that led to it alone. */
  remove(values: SeriesValues): void {
    removeFrom(this.#root, values, 0);
  }

  /**
   * The function that finds a cell by attributes. It is compiled for the keys, because a property that is read by a
   * constant name costs a fifth of one read by a variable; where compiling is forbidden, a loop does the same.
   */
  finder(miss: Miss<C>): Find<C> {
    try {
      // oxlint-disable-next-line typescript/no-implied-eval -- the source is made of JSON-quoted keys only
      const compile = new Function('root', 'miss', finderSource(this.#keys)) as (root: Branch, miss: Miss<C>) => Find<C>;
      return compile(this.#root, miss);
    } catch {
      return this.#loopingFinder(miss);
    }
  }

  #loopingFinder(miss: Miss<C>): Find<C> {
    return (attributes) => {
      try {
        let found: Branch | Cell | undefined = this.#root;
        for (const key of this.#keys) {
          found = (found as Branch).get(attributes?.[key] as AttributeValue);
          if (found === undefined) break;
        }
        if (found !== undefined) return found as C;
      } catch {
        // Attributes whose getters throw are read by who is asked below, one by one.
      }
      return miss(attributes);
    };
  }
}

function removeFrom(branch: Branch, values: SeriesValues, depth: number): void {
  const next = branch.get(values[depth]);
  if (next instanceof Map) removeFrom(next, values, depth + 1);
  if (!(next instanceof Map) || next.size === 0) branch.delete(values[depth]);
}

function finderSource(keys: readonly string[]): string {
  const steps = keys.map((key, index) => {
    const branch = index === 0 ? 'root' : 'found';
    return `found = ${branch}.get(attributes[${JSON.stringify(key)}]); if (found === undefined) return miss(attributes);`;
  });
  return `return (attributes) => {
    if (attributes === undefined || attributes === null) return miss(undefined);
    try {
      let found;
      ${steps.join('\n      ')}
      return found;
    } catch {
      return miss(attributes);
    }
  };`;
}

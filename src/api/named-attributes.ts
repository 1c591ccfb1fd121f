// What a caller says in plain words becomes attributes; what is missing is told and left out, and nothing throws.
import type { AttributeSpec } from '../core/attribute.ts';
import type { AttributesOf, InstrumentKind, MetricDefinition } from '../core/metric.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';

type Specs = Readonly<Record<string, AttributeSpec>>;

/** The attributes that the words stand for. */
type AttributesFor<S extends Specs> = AttributesOf<MetricDefinition<InstrumentKind, readonly S[keyof S][]>>;

/** Turns words into the attributes of a metric, which is named if something is wrong with them. */
export type Words<S extends Specs> = (given: object, metric: MetricDefinition) => AttributesFor<S>;

export interface Wording<S extends Specs> {
  /** Words without which a series would tell nothing. */
  readonly required: readonly (keyof S & string)[];
  /** What a caller writes, as in the documentation. */
  readonly example: string;
}

/** Makes what turns the words of an area into attributes. */
export function attributesFrom<const S extends Specs>(specs: S, { required, example }: Wording<S>): Words<S> {
  const entries = Object.entries(specs);
  const readWell = readerOfGoodWords(entries, required) as (given: object) => AttributesFor<S> | undefined;
  return (given, metric) => {
    const well = readWell(given);
    if (well !== undefined) return well;
    const attributes: Record<string, unknown> = {};
    for (const [word, { key }] of entries) {
      const value = readWord(given, word);
      const usable = isUsable(value);
      attributes[key] = usable ? value : undefined;
      if (!usable && (value !== undefined || required.includes(word)))
        sharedRegistry().report(metric.name, `is recorded without its ${word}, which is ${looks(value)}: accepted is ${example}`);
    }
    return attributes as AttributesFor<S>;
  };
}

/**
 * Reads words that are all as they should be, and gives undefined if they are not. It is compiled for them, since attributes that
 * are made in one shape and read by constant names cost a third; where compiling is forbidden, all words are read one by one.
 */
function readerOfGoodWords(
  entries: readonly (readonly [word: string, spec: AttributeSpec])[],
  required: readonly string[],
): (given: object) => object | undefined {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- the source is made of JSON-quoted names only
    return new Function(readerSource(entries, required))() as (given: object) => object | undefined;
  } catch {
    return () => undefined;
  }
}

function readerSource(entries: readonly (readonly [word: string, spec: AttributeSpec])[], required: readonly string[]): string {
  const reads = entries.map(([word], index) => `const value${index} = given[${JSON.stringify(word)}];`);
  const checks = entries.map(([word], index) => {
    const test = `(typeof value${index} === 'string' ? value${index} !== '' : typeof value${index} === 'number')`;
    return required.includes(word) ? test : `(value${index} === undefined || ${test})`;
  });
  const attributes = entries.map(([, { key }], index) => `${JSON.stringify(key)}: value${index}`);
  return `return (given) => {
    try {
      ${reads.join('\n      ')}
      if (${checks.join(' && ')}) return { ${attributes.join(', ')} };
    } catch {}
    return undefined;
  };`;
}

function readWord(given: object | undefined, word: string): unknown {
  try {
    return (given as Record<string, unknown> | undefined)?.[word];
  } catch {
    return undefined;
  }
}

function isUsable(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

/** What a value is, without what is in it. */
export function looks(value: unknown): string {
  if (value === '') return 'empty';
  return value === null || value === undefined || Number.isNaN(value) ? String(value) : `of type ${typeof value}`;
}

// Maps the names that callers use, such as `queue`, to attributes; invalid values are reported and left out. Nothing throws.
import type { AttributeSpec } from '../core/attribute.ts';
import type { AttributesOf, InstrumentKind, MetricDefinition } from '../core/metric.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';

type Specs = Readonly<Record<string, AttributeSpec>>;

/** The attributes of the names. */
type AttributesFor<S extends Specs> = AttributesOf<MetricDefinition<InstrumentKind, readonly S[keyof S][]>>;

/** Maps named values to attributes; problems are reported for the metric. */
export type AttributeMapper<S extends Specs> = (values: object, metric: MetricDefinition) => AttributesFor<S>;

export interface MapperOptions<S extends Specs> {
  /** Names that a caller must give. */
  readonly required: readonly (keyof S & string)[];
  /** A valid argument, for messages. */
  readonly example: string;
}

/** Makes the mapper of an area's names. */
export function attributesFrom<const S extends Specs>(specs: S, { required, example }: MapperOptions<S>): AttributeMapper<S> {
  const entries = Object.entries(specs);
  const mapValid = validMapperOf(entries, required) as (values: object) => AttributesFor<S> | undefined;
  return (values, metric) => {
    const valid = mapValid(values);
    if (valid !== undefined) return valid;
    const attributes: Record<string, unknown> = {};
    for (const [name, { key }] of entries) {
      const value = valueOf(values, name);
      const isValid = isTextOrNumber(value);
      attributes[key] = isValid ? value : undefined;
      if (!isValid && (value !== undefined || required.includes(name)))
        sharedRegistry().report(
          metric.name,
          `is recorded without its ${name}, which is ${describeValue(value)}: accepted is ${example}`,
        );
    }
    return attributes as AttributesFor<S>;
  };
}

/**
 * Maps values that are all valid, else gives undefined. It is compiled, since an object of one shape whose properties are read by
 * constant names costs a third; where `new Function` is forbidden, values are mapped one by one.
 */
function validMapperOf(
  entries: readonly (readonly [name: string, spec: AttributeSpec])[],
  required: readonly string[],
): (values: object) => object | undefined {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- the source is made of JSON-quoted names only
    return new Function(mapperSource(entries, required))() as (values: object) => object | undefined;
  } catch {
    return () => undefined;
  }
}

function mapperSource(entries: readonly (readonly [name: string, spec: AttributeSpec])[], required: readonly string[]): string {
  const reads = entries.map(([name], index) => `const value${index} = values[${JSON.stringify(name)}];`);
  const checks = entries.map(([name], index) => {
    const test = `(typeof value${index} === 'string' ? value${index} !== '' : typeof value${index} === 'number')`;
    return required.includes(name) ? test : `(value${index} === undefined || ${test})`;
  });
  const attributes = entries.map(([, { key }], index) => `${JSON.stringify(key)}: value${index}`);
  return `return (values) => {
    try {
      ${reads.join('\n      ')}
      if (${checks.join(' && ')}) return { ${attributes.join(', ')} };
    } catch {}
    return undefined;
  };`;
}

function valueOf(values: object | undefined, name: string): unknown {
  try {
    return (values as Record<string, unknown> | undefined)?.[name];
  } catch {
    return undefined;
  }
}

function isTextOrNumber(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

/** Describes a value for a message, without its content. */
export function describeValue(value: unknown): string {
  if (value === '') return 'empty';
  return value === null || value === undefined || Number.isNaN(value) ? String(value) : `of type ${typeof value}`;
}

// Metric attributes: key, type, and the limit on how many distinct values are stored (cardinality).

export type AttributeValue = string | number | boolean;

export interface AttributeSpec<Key extends string = string, Value extends AttributeValue = AttributeValue> {
  readonly key: Key;
  readonly type: Value extends string ? 'string' : Value extends number ? 'int' : 'boolean';
  readonly brief: string;
  /** The only values that are stored; any other becomes `_OTHER`, which the list must then contain. */
  readonly values?: readonly Value[];
  /** How many distinct values are stored, first come, first served; later ones become `_OTHER`. */
  readonly cap?: number;
}

export const OTHER = '_OTHER';

/** Converts a recorded value to the value that is stored; undefined leaves the attribute out. */
export type Clamp = (value: unknown) => AttributeValue | undefined;

const MAX_VALUE_LENGTH = 256;

/** Makes the clamp of one attribute. It accepts any value, never throws, and keeps at most `cap` strings in memory. */
export function clampOf(spec: AttributeSpec): Clamp {
  const convert = converters[spec.type];
  if (spec.values !== undefined) {
    const allowed = new Set<AttributeValue>(spec.values);
    return (raw) => {
      const value = convert(raw);
      return value === undefined || allowed.has(value) ? value : OTHER;
    };
  }
  if (spec.cap === undefined) return convert;
  const { cap } = spec;
  const seen = new Set<AttributeValue>();
  return (raw) => {
    const value = convert(raw);
    if (value === undefined || seen.has(value)) return value;
    if (seen.size >= cap) return OTHER;
    seen.add(value);
    return value;
  };
}

const converters: Record<AttributeSpec['type'], Clamp> = {
  string(raw) {
    // A lone surrogate, which the cut may leave too, becomes U+FFFD as in UTF-8; otherwise two series would have the same text.
    if (typeof raw === 'string') return raw === '' ? undefined : raw.slice(0, MAX_VALUE_LENGTH).toWellFormed();
    return typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : undefined;
  },
  int(raw) {
    const value = typeof raw === 'string' && raw !== '' ? Number(raw) : raw;
    return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined;
  },
  boolean(raw) {
    if (typeof raw === 'boolean') return raw;
    return raw === 'true' ? true : raw === 'false' ? false : undefined;
  },
};

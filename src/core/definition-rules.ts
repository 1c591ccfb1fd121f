// Rules that validate a metric definition. They check types as well, since an application may be plain JavaScript.
import type { MetricDefinition } from './metric.ts';

/** A metric definition before validation: any field may hold anything. */
export type UncheckedDefinition = { readonly [Field in keyof MetricDefinition]?: unknown };

/** Returns what breaks the rule; undefined if the definition is valid. */
export type DefinitionRule = (definition: UncheckedDefinition) => string | undefined;

const INSTRUMENTS: readonly unknown[] = ['counter', 'updowncounter', 'gauge', 'histogram'];
const TYPES: readonly unknown[] = ['string', 'int', 'boolean'];

export const DEFINITION_RULES: Readonly<Record<string, DefinitionRule>> = {
  'the name, the unit and the brief are strings, and the name is not empty': ({ name, unit, brief }) => {
    if (!isName(name)) return `the name ${shown(name)}`;
    if (typeof unit !== 'string') return `the unit ${shown(unit)}`;
    return typeof brief === 'string' ? undefined : `the brief ${shown(brief)}`;
  },
  'the instrument is counter, updowncounter, gauge or histogram': ({ instrument }) =>
    INSTRUMENTS.includes(instrument) ? undefined : shown(instrument),
  'a histogram, and nothing else, has finite ascending bounds': ({ instrument, buckets }) => {
    if ((instrument === 'histogram') !== (buckets !== undefined))
      return `a ${shown(instrument)} with${buckets === undefined ? 'out' : ''} bounds`;
    return buckets === undefined || isAscending(buckets) ? undefined : shown(buckets);
  },
  'only a gauge expires': ({ instrument, expireAfterSeconds: seconds }) => {
    if (seconds === undefined || (instrument === 'gauge' && typeof seconds === 'number' && seconds > 0)) return undefined;
    return `a ${shown(instrument)} after ${shown(seconds)} s`;
  },
  'the limit leaves room for the overflow series': ({ limit }) =>
    limit === undefined || isWhole(limit, 2) ? undefined : shown(limit),
  'attributes are a list of a key and a type each, which is string, int or boolean': ({ attributes }) => {
    if (!Array.isArray(attributes)) return shown(attributes);
    const wrong = fieldsOf(attributes).find(({ key, type }) => !isName(key) || !TYPES.includes(type));
    return wrong && `${shown(wrong['key'])} of type ${shown(wrong['type'])}`;
  },
  'attribute keys are different': ({ attributes }) => {
    const keys = fieldsOf(attributes).map(({ key }) => key);
    const repeated = keys.find((key, index) => isName(key) && keys.indexOf(key) !== index);
    return repeated === undefined ? undefined : shown(repeated);
  },
  'values of an attribute are a list, and its cap is a whole number above 0': ({ attributes }) => {
    const wrong = fieldsOf(attributes).find(
      ({ values, cap }) => !(values === undefined || Array.isArray(values)) || !(cap === undefined || isWhole(cap, 1)),
    );
    return wrong && shown(wrong['key']);
  },
};

/** The rules that a definition breaks, each with the value that breaks it. */
export function brokenRules<Definition>(
  rules: Readonly<Record<string, (definition: Definition) => string | undefined>>,
  definition: Definition,
): { readonly rule: string; readonly wrong: string }[] {
  return Object.entries(rules).flatMap(([rule, check]) => {
    const wrong = check(definition);
    return wrong === undefined ? [] : [{ rule, wrong }];
  });
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(attributes: unknown): Fields[] {
  if (!Array.isArray(attributes)) return [];
  return attributes.map((attribute: unknown) => (attribute ?? {}) as Fields);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isInteger(value) && (value as number) >= least;
}

function isAscending(bounds: unknown): boolean {
  if (!Array.isArray(bounds) || bounds.length === 0) return false;
  return bounds.every((bound, index) => Number.isFinite(bound) && (index === 0 || bound > bounds[index - 1]));
}

/** Formats a value for an error message, cut to a length that fits on one line. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.slice(0, 20).map(shown).join(', ')}]`;
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

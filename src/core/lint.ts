// What makes a good metric declaration, as small rules over it: each says what is wrong, or nothing.
import type { AttributeSpec } from './attribute.ts';
import type { MetricDefinition } from './metric.ts';
import { prometheusName } from './prometheus-name.ts';
import { isCatalogUnit } from './unit.ts';

/** What is wrong with a definition; undefined if the rule is kept. */
export type LintRule = (definition: MetricDefinition) => string | undefined;

const NAME = /^[a-z][a-z0-9]*(?:[._][a-z0-9]+)*$/;

/** Endings that Prometheus gives a name itself, or gives a meaning. */
const ENDINGS = /(?:^|[._])(?:total|seconds|bytes|ratio|bucket|sum)$/;

export const LINT_RULES: Readonly<Record<string, LintRule>> = {
  'the name is lower case, dotted, and has no ending that Prometheus adds': ({ name }) => {
    return NAME.test(name) && name.includes('.') && !ENDINGS.test(name) ? undefined : name;
  },
  'the unit is a base unit or a count': ({ unit }) => (isCatalogUnit(unit) ? undefined : unit),
  'a sum counts something: its unit is not 1': ({ instrument, unit }) => {
    return unit === '1' && (instrument === 'counter' || instrument === 'updowncounter') ? unit : undefined;
  },
  'the brief is one sentence': ({ brief }) => wrongSentence(brief),
  'a gauge says how processes merge, a sum only that they read the same total': ({ instrument, merge }) => {
    const allowed = {
      gauge: ['sum', 'max', 'min', 'per_process'],
      counter: [undefined, 'max'],
      updowncounter: [undefined, 'max'],
      histogram: [undefined],
    };
    return (allowed[instrument] as readonly unknown[]).includes(merge) ? undefined : `merge is ${merge}`;
  },
  'a histogram, and nothing else, has finite ascending bounds': ({ instrument, buckets }) => {
    if ((instrument === 'histogram') !== (buckets !== undefined))
      return `a ${instrument} with${buckets === undefined ? 'out' : ''} bounds`;
    return buckets === undefined || isAscending(buckets) ? undefined : buckets.join(' ');
  },
  'only a gauge expires': ({ instrument, expireAfterSeconds }) => {
    if (expireAfterSeconds === undefined) return undefined;
    return instrument === 'gauge' && expireAfterSeconds > 0 ? undefined : `a ${instrument} after ${expireAfterSeconds} s`;
  },
  'the limit leaves room for the overflow series': ({ limit }) => {
    return limit === undefined || (Number.isInteger(limit) && limit >= 2) ? undefined : String(limit);
  },
  'attribute keys are lower case and different': ({ attributes }) => {
    const keys = attributes.map(({ key }) => key);
    return keys.find((key, index) => !NAME.test(key) || keys.indexOf(key) !== index);
  },
  'attribute briefs are one sentence': ({ attributes }) =>
    attributes.map(({ brief }) => wrongSentence(brief)).find((brief) => brief !== undefined),
  'attribute values are listed or capped, not both': ({ attributes }) =>
    attributes.find((attribute) => !isBoundedOnce(attribute))?.key,
};

/** Everything wrong with a definition, each with the rule that it breaks. */
export function lint(definition: MetricDefinition): string[] {
  return Object.entries(LINT_RULES).flatMap(([rule, check]) => {
    const wrong = check(definition);
    return wrong === undefined ? [] : [`${definition.name}: ${rule}: ${wrong}`];
  });
}

/** Everything wrong with definitions together: names that two of them have, keys that mean two things. */
export function lintTogether(definitions: readonly MetricDefinition[]): string[] {
  const attributes = definitions.flatMap((definition) => definition.attributes);
  return [
    ...repeated(definitions, ({ name }) => name).map(({ name }) => `${name}: is declared twice`),
    ...repeated(definitions, (definition) => prometheusName({ ...definition, kind: definition.instrument })).map(
      ({ name }) => `${name}: has the Prometheus name of another metric`,
    ),
    ...repeated([...new Set(attributes)], ({ key }) => key).map(({ key }) => `${key}: is declared twice`),
  ];
}

function repeated<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const keys = items.map(keyOf);
  return items.filter((_, index) => keys.indexOf(keys[index]!) !== index);
}

function wrongSentence(text: string): string | undefined {
  return /^[A-Z0-9].*[^.]\.$/.test(text) && !/[.!?]\s/.test(text) ? undefined : text;
}

function isAscending(bounds: readonly number[]): boolean {
  return (
    bounds.length > 0 && bounds.every((bound, index) => Number.isFinite(bound) && (index === 0 || bound > bounds[index - 1]!))
  );
}

function isBoundedOnce({ values, cap }: AttributeSpec): boolean {
  if (values !== undefined && cap !== undefined) return false;
  if (values !== undefined) return values.length > 0 && new Set(values).size === values.length;
  return cap === undefined || (Number.isInteger(cap) && cap > 0);
}

// Lint rules for metric definitions: names, units, briefs and attributes, beyond what makes a definition valid.
import type { AttributeSpec } from '../../../src/core/attribute.ts';
import { brokenRules, DEFINITION_RULES } from '../../../src/core/definition-rules.ts';
import type { MetricDefinition } from '../../../src/core/metric.ts';
import { prometheusName } from '../../../src/core/naming/prometheus-name.ts';
import { isCatalogUnit } from '../../../src/core/naming/unit.ts';

/** Gives what breaks the rule; undefined if the definition keeps it. */
export type LintRule = (definition: MetricDefinition) => string | undefined;

const NAME = /^[a-z][a-z0-9]*(?:[._][a-z0-9]+)*$/;

/** Endings that Prometheus adds to names, or reserves. */
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
  'attribute keys are lower case': ({ attributes }) => attributes.find(({ key }) => !NAME.test(key))?.key,
  'attribute briefs are one sentence': ({ attributes }) =>
    attributes.map(({ brief }) => wrongSentence(brief)).find((brief) => brief !== undefined),
  'attribute values are listed or capped, not both': ({ attributes }) =>
    attributes.find((attribute) => !isBoundedOnce(attribute))?.key,
};

/** The rules that a definition breaks, each with what breaks it. */
export function lint(definition: MetricDefinition): string[] {
  const unsound = brokenRules(DEFINITION_RULES, definition);
  const broken = unsound.length > 0 ? unsound : brokenRules(LINT_RULES, definition);
  return broken.map(({ rule, wrong }) => `${definition.name}: ${rule}: ${wrong}`);
}

/** Conflicts between definitions: a name, or an attribute key, that is declared twice. */
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
  return /^[A-Z0-9].*[^.]\.$/.test(text) && !/(?<!\be\.g)[.!?]\s/.test(text) ? undefined : text;
}

function isBoundedOnce({ values, cap }: AttributeSpec): boolean {
  if (values === undefined) return true;
  return cap === undefined && values.length > 0 && new Set(values).size === values.length;
}

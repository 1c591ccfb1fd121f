// Custom metrics: validates the definitions of an application at run time, since it may be JavaScript, and makes instruments.
import { brokenRules, DEFINITION_RULES, type DefinitionRule } from '../core/definition-rules.ts';
import type { MetricDefinition } from '../core/metric.ts';
import type { InstrumentOf } from '../core/recording/instrument.ts';
import { noopInstrument } from '../core/recording/noop-instrument.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import type { TrackerOptions } from '../core/tracker.ts';

type Rules = Readonly<Record<string, DefinitionRule>>;

/** Further rules for the duration metric of a tracker. */
export const DURATION_RULES: Rules = {
  'a tracker times into a histogram of unit s': ({ instrument, unit }) =>
    instrument === 'histogram' && unit === 's' ? undefined : `the ${String(instrument)} of unit ${String(unit)}`,
};

/** Further rules for the active metric of a tracker. */
export const ACTIVE_RULES: Rules = {
  'a tracker counts active operations in an updowncounter': ({ instrument }) =>
    instrument === 'updowncounter' ? undefined : `the ${String(instrument)}`,
};

/** Valid definitions, which are not checked again. */
const valid = new WeakSet<MetricDefinition>();

/** The instrument of a metric definition; an invalid definition is reported with the reason, and its instrument records nothing. */
export function customInstrument<D extends MetricDefinition>(definition: D, rules: Rules = {}): InstrumentOf<D> {
  const registry = sharedRegistry();
  const broken = brokenRules(valid.has(definition) ? rules : { ...DEFINITION_RULES, ...rules }, definition ?? {});
  if (broken.length === 0) {
    valid.add(definition);
    return registry.instrument(definition);
  }
  for (const { rule, wrong } of broken) registry.report(subjectOf(definition), `is not exported because of ${wrong}: ${rule}`);
  return noopInstrument as unknown as InstrumentOf<D>;
}

/** The outcome function of a tracker, if it is one; reports a tracker without one whose duration has no `error.type` either. */
export function customOutcome<Outcome extends TrackerOptions<MetricDefinition, MetricDefinition>['outcome']>(
  duration: MetricDefinition,
  outcome: Outcome,
): Outcome | undefined {
  if (typeof outcome === 'function') return outcome;
  const keys = Array.isArray(duration?.attributes) ? duration.attributes.map((attribute) => attribute?.key) : [];
  if (outcome !== undefined || !keys.includes('error.type')) {
    const accepted = 'a tracker has an outcome, which is a function, or its duration has the attribute error.type';
    sharedRegistry().report(subjectOf(duration), `does not show how an operation ended: ${accepted}`);
  }
  return undefined;
}

function subjectOf(definition: MetricDefinition | undefined): string {
  const name: unknown = definition?.name;
  return typeof name === 'string' && name !== '' ? name : 'a metric without a name';
}

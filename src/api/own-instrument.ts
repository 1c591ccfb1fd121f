// Instruments and trackers for what an application declares itself: checked first, since it may be JavaScript.
import { brokenRules, DEFINITION_RULES, type DefinitionRule } from '../core/definition-rules.ts';
import type { MetricDefinition } from '../core/metric.ts';
import type { InstrumentOf } from '../core/recording/instrument.ts';
import { noopInstrument } from '../core/recording/noop-instrument.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import type { TrackerOptions } from '../core/tracker.ts';

type Rules = Readonly<Record<string, DefinitionRule>>;

/** What a tracker's histogram must be besides. */
export const DURATION_RULES: Rules = {
  'a tracker times into a histogram of unit s': ({ instrument, unit }) =>
    instrument === 'histogram' && unit === 's' ? undefined : `the ${String(instrument)} of unit ${String(unit)}`,
};

/** What a tracker counts under way with must be besides. */
export const ACTIVE_RULES: Rules = {
  'a tracker counts what is under way in an updowncounter': ({ instrument }) =>
    instrument === 'updowncounter' ? undefined : `the ${String(instrument)}`,
};

/** Declarations that were found to work, so that asking again costs nothing. */
const sound = new WeakSet<MetricDefinition>();

/** The instrument of a declaration; of one that cannot work it keeps nothing, and the reason is reported. */
export function ownInstrument<D extends MetricDefinition>(definition: D, rules: Rules = {}): InstrumentOf<D> {
  const registry = sharedRegistry();
  const broken = brokenRules(sound.has(definition) ? rules : { ...DEFINITION_RULES, ...rules }, definition ?? {});
  if (broken.length === 0) {
    sound.add(definition);
    return registry.instrument(definition);
  }
  for (const { rule, wrong } of broken) registry.report(subjectOf(definition), `is not exported because of ${wrong}: ${rule}`);
  return noopInstrument as unknown as InstrumentOf<D>;
}

/** The outcome of a tracker if it can be used; reports it if nothing would tell how an operation ended. */
export function ownOutcome<Outcome extends TrackerOptions<MetricDefinition, MetricDefinition>['outcome']>(
  duration: MetricDefinition,
  outcome: Outcome,
): Outcome | undefined {
  if (typeof outcome === 'function') return outcome;
  const keys = Array.isArray(duration?.attributes) ? duration.attributes.map((attribute) => attribute?.key) : [];
  if (outcome !== undefined || !keys.includes('error.type')) {
    const accepted = 'a tracker has an outcome, which is a function, or its duration has the attribute error.type';
    sharedRegistry().report(subjectOf(duration), `does not tell how an operation ended: ${accepted}`);
  }
  return undefined;
}

function subjectOf(definition: MetricDefinition | undefined): string {
  const name: unknown = definition?.name;
  return typeof name === 'string' && name !== '' ? name : 'a metric without a name';
}

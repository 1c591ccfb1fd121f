// Metric definitions: the data from which instruments, Views, Prometheus names, docs and tests are made.
import type { AttributeSpec, AttributeValue } from './attribute.ts';

export type InstrumentKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

/** How the values of several processes are aggregated. Required of a gauge; everything else is summed unless it is `max`. */
export type Merge = 'sum' | 'max' | 'min' | 'per_process';

export interface MetricDefinition<
  Kind extends InstrumentKind = InstrumentKind,
  Attributes extends readonly AttributeSpec[] = readonly AttributeSpec[],
> {
  /** OpenTelemetry name, dotted, without unit or `_total`. */
  readonly name: string;
  readonly instrument: Kind;
  /** UCUM unit: `s`, `By`, `1`, or an annotation such as `{request}`. */
  readonly unit: string;
  /** One sentence, ending with a full stop. */
  readonly brief: string;
  readonly stability: 'stable' | 'development';
  readonly attributes: Attributes;
  /** Upper bounds of a histogram, ascending. */
  readonly buckets?: readonly number[];
  /** Required of a gauge. `max` is for a sum whose total is the same in every process, such as one of the host. */
  readonly merge?: Merge;
  /** How many series are kept before further ones are folded into the overflow series; 2,000 by default. */
  readonly limit?: number;
  /** A gauge series that was not set for this long is no longer exported. */
  readonly expireAfterSeconds?: number;
}

type ValueOf<Spec> = Spec extends { readonly values: readonly (infer V extends AttributeValue)[] }
  ? V
  : Spec extends { readonly type: 'int' }
    ? number
    : Spec extends { readonly type: 'boolean' }
      ? boolean
      : string;

/** The attributes object that a metric's instrument accepts: its declared keys, each optional. */
export type AttributesOf<D extends MetricDefinition> = {
  readonly [Spec in D['attributes'][number] as Spec['key']]?: ValueOf<Spec> | undefined;
};

/** The fields that a kind of metric requires, and those that it must not have. */
export type KindRules<D extends MetricDefinition> = InstrumentKind extends D['instrument']
  ? unknown
  : D['instrument'] extends 'histogram'
    ? { readonly buckets: readonly number[]; readonly merge?: never }
    : D['instrument'] extends 'gauge'
      ? { readonly merge: Merge; readonly buckets?: never }
      : { readonly merge?: 'max'; readonly buckets?: never };

/** Defines a metric and keeps its literal types, so that recording an undeclared attribute does not compile. */
export function defineMetric<const D extends MetricDefinition>(definition: D & KindRules<D>): D {
  return definition;
}

/** How two definitions of a metric conflict, such as "with unit s and again with unit ms"; undefined if they agree. */
export function differenceOf(first: MetricDefinition, second: MetricDefinition): string | undefined {
  if (first === second) return undefined;
  const traits = traitsOf(second);
  const differing = traitsOf(first).findIndex((trait, index) => trait !== traits[index]);
  return differing === -1 ? undefined : `${traitsOf(first)[differing]} and again ${traits[differing]}`;
}

/** What two definitions of one metric must agree on, since they share their series. */
function traitsOf({ instrument, unit, attributes, buckets }: MetricDefinition): string[] {
  const keys = attributes.map(({ key, type }) => `${key} (${type})`).sort();
  return [
    `as a ${instrument}`,
    `with unit ${unit}`,
    `with ${keys.length === 0 ? 'no attributes' : `attributes ${keys.join(', ')}`}`,
    `with ${buckets === undefined ? 'no bounds' : `bounds ${buckets.join(', ')}`}`,
  ];
}

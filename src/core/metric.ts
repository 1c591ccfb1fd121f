// The declaration of a metric: data from which instruments, Views, Prometheus names, docs and tests follow.
import type { AttributeSpec, AttributeValue } from './attribute.ts';

export type InstrumentKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

/** How the values of several processes become one: a gauge has to say, everything else adds up unless it says `max`. */
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
  /** Required of a gauge. A sum says `max` if every process reads the same total, such as one of the host. */
  readonly merge?: Merge;
  /** Series kept before further ones are folded into the overflow series; 2,000 unless said. */
  readonly limit?: number;
  /** A gauge series that was not set for this long leaves the page. */
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

type KindRules<D extends MetricDefinition> = D['instrument'] extends 'histogram'
  ? { readonly buckets: readonly number[]; readonly merge?: never }
  : D['instrument'] extends 'gauge'
    ? { readonly merge: Merge; readonly buckets?: never }
    : { readonly merge?: 'max'; readonly buckets?: never };

/** Declares a metric and keeps its literal types, so that recording an undeclared attribute does not compile. */
export function defineMetric<const D extends MetricDefinition>(definition: D & KindRules<D>): D {
  return definition;
}

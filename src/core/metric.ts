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

/** What a kind of metric has to say besides, and what it must not. */
export type KindRules<D extends MetricDefinition> = InstrumentKind extends D['instrument']
  ? unknown
  : D['instrument'] extends 'histogram'
    ? { readonly buckets: readonly number[]; readonly merge?: never }
    : D['instrument'] extends 'gauge'
      ? { readonly merge: Merge; readonly buckets?: never }
      : { readonly merge?: 'max'; readonly buckets?: never };

/** Declares a metric and keeps its literal types, so that recording an undeclared attribute does not compile. */
export function defineMetric<const D extends MetricDefinition>(definition: D & KindRules<D>): D {
  return definition;
}

/** How a second definition of a metric contradicts the first, as "with unit s and again with unit ms"; else undefined. */
export function differenceOf(first: MetricDefinition, second: MetricDefinition): string | undefined {
  if (first === second) return undefined;
  const traits = traitsOf(second);
  const differing = traitsOf(first).findIndex((trait, index) => trait !== traits[index]);
  return differing === -1 ? undefined : `${traitsOf(first)[differing]} and again ${traits[differing]}`;
}

/** What two definitions of one metric must have in common, since their series are kept together. */
function traitsOf({ instrument, unit, attributes, buckets }: MetricDefinition): string[] {
  const keys = attributes.map(({ key, type }) => `${key} (${type})`).sort();
  return [
    `as a ${instrument}`,
    `with unit ${unit}`,
    `with ${keys.length === 0 ? 'no attributes' : `attributes ${keys.join(', ')}`}`,
    `with ${buckets === undefined ? 'no bounds' : `bounds ${buckets.join(', ')}`}`,
  ];
}

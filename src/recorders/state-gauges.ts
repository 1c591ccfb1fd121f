// Shows a state that is read now and then, such as a queue's or a pool's, in gauges; unknown fields are taken off the page.
import type { MetricDefinition } from '../core/metric.ts';
import type { Registry } from '../core/recording/registry.ts';

export type StateAttributes = Readonly<Record<string, string | undefined>>;

/** The metric that a field of a state is shown in, and the attributes that it has besides those of all fields. */
export type FieldMetric = readonly [metric: MetricDefinition<'gauge' | 'updowncounter'>, attributes?: StateAttributes];

/** Every field that a state may have. */
export type StateFields<State> = Readonly<Record<keyof State & string, FieldMetric>>;

export class StateGauges<State extends object> {
  readonly #registry: Registry;
  readonly #fields: readonly (readonly [field: string, metric: MetricDefinition<'gauge'>, attributes: StateAttributes])[];
  readonly #shown = new Set<string>();

  constructor(registry: Registry, fields: StateFields<State>, attributes: StateAttributes) {
    this.#registry = registry;
    // An up-down counter is set in the same way as a gauge.
    this.#fields = Object.entries<FieldMetric>(fields).map(([field, [metric, more]]) => [
      field,
      metric as MetricDefinition<'gauge'>,
      { ...attributes, ...more },
    ]);
  }

  /** Sets the fields that have a value, numbers or yes and no, and takes off the page those that had one before. */
  show(state: Partial<State>): void {
    for (const [field, metric, attributes] of this.#fields) {
      const value = (state as Readonly<Record<string, number | boolean | undefined>>)[field];
      if (value !== undefined) this.#shown.add(field);
      else if (!this.#shown.delete(field)) continue;
      const instrument = this.#registry.instrument(metric);
      if (value === undefined) instrument.remove(attributes);
      else instrument.set(Number(value), attributes);
    }
  }

  /** Takes off the page what was shown; whatever else shows the same series keeps it. */
  hide(): void {
    this.show({});
  }
}

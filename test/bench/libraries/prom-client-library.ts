// What prom-client and its successor have in common: all that the benchmarks use.
import type { Counter, Histogram, Registry, RegistryContentType } from 'prom-client';
import { BOUNDS, LABEL_NAMES } from '../kit/series.ts';
import { type Library, OPENMETRICS, TEXT } from './library.ts';

interface Client {
  readonly Counter: typeof Counter;
  readonly Histogram: typeof Histogram;
  readonly Registry: typeof Registry;
}

export function promClientLibrary(client: Client): Library {
  const registry = new client.Registry<RegistryContentType>();
  const registers = [registry];
  const counter = new client.Counter({ name: 'requests_total', help: 'Requests.', labelNames: LABEL_NAMES, registers });
  const histogram = new client.Histogram({
    name: 'duration_seconds',
    help: 'Durations.',
    labelNames: LABEL_NAMES,
    buckets: [...BOUNDS],
    registers,
  });
  return {
    count: (labels) => counter.inc(labels),
    observe: (labels, seconds) => histogram.observe(labels, seconds),
    forms: [TEXT, OPENMETRICS],
    async page(accept = '') {
      const isOpenMetrics = accept === OPENMETRICS;
      registry.setContentType(isOpenMetrics ? client.Registry.OPENMETRICS_CONTENT_TYPE : client.Registry.PROMETHEUS_CONTENT_TYPE);
      return [Buffer.from(await registry.metrics())];
    },
  };
}

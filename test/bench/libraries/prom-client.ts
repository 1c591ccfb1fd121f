// prom-client with a registry of its own.
import { Counter, Histogram, Registry } from 'prom-client';
import { BOUNDS, LABEL_NAMES } from '../kit/series.ts';
import type { Library } from './library.ts';

const registry = new Registry();
const registers = [registry];
const counter = new Counter({ name: 'requests_total', help: 'Requests.', labelNames: LABEL_NAMES, registers });
const histogram = new Histogram({
  name: 'duration_seconds',
  help: 'Durations.',
  labelNames: LABEL_NAMES,
  buckets: [...BOUNDS],
  registers,
});

export const library: Library = {
  count: (labels) => counter.inc(labels),
  observe: (labels, seconds) => histogram.observe(labels, seconds),
  page: async () => [Buffer.from(await registry.metrics())],
};

// prom-client: labels as an object, and the child that `labels()` gives.
import { Counter, Histogram, Registry } from 'prom-client';
import { BOUNDS, LABEL_NAMES, labelSets } from '../kit/series.ts';
import { answerRounds, BATCH_SIZE, type Batch, SETS, VALUES } from './workload.ts';

const registers = [new Registry()];
const newCounter = (name: string): Counter => new Counter({ name, help: name, labelNames: LABEL_NAMES, registers });
const newHistogram = (name: string): Histogram =>
  new Histogram({ name, help: name, labelNames: LABEL_NAMES, buckets: [...BOUNDS], registers });

const counter = newCounter('labelled_requests_total');
const histogram = newHistogram('labelled_duration_seconds');
const boundCounter = newCounter('bound_requests_total');
const boundHistogram = newHistogram('bound_duration_seconds');
const counterChildren = labelSets(SETS).map((labels) => boundCounter.labels(labels));
const histogramChildren = labelSets(SETS).map((labels) => boundHistogram.labels(labels));

async function counted(metric: Counter): Promise<number> {
  const { values } = await metric.get();
  return values.reduce((sum, { value }) => sum + value, 0);
}

async function observed(metric: Histogram): Promise<number> {
  const { values } = await metric.get();
  return values.filter(({ metricName }) => metricName?.endsWith('_count')).reduce((sum, { value }) => sum + value, 0);
}

answerRounds({
  'counter, labelled': {
    runBatch({ sets }: Batch) {
      for (let index = 0; index < BATCH_SIZE; index += 1) {
        const { method, route, status } = sets[index % SETS]!;
        counter.inc({ method, route, status }, 1);
      }
    },
    recorded: () => counted(counter),
  },
  'histogram, labelled': {
    runBatch({ sets, values }: Batch) {
      for (let index = 0; index < BATCH_SIZE; index += 1) {
        const { method, route, status } = sets[index % SETS]!;
        histogram.observe({ method, route, status }, values[index % VALUES]!);
      }
    },
    recorded: () => observed(histogram),
  },
  'counter, bound': {
    runBatch() {
      for (let index = 0; index < BATCH_SIZE; index += 1) counterChildren[index % SETS]!.inc(1);
    },
    recorded: () => counted(boundCounter),
  },
  'histogram, bound': {
    runBatch({ values }: Batch) {
      for (let index = 0; index < BATCH_SIZE; index += 1) histogramChildren[index % SETS]!.observe(values[index % VALUES]!);
    },
    recorded: () => observed(boundHistogram),
  },
});

// promtel: labels as an object, and the cell that `bind()` gives.
import { counterNamed, histogramNamed, Registry } from '../kit/promtel.ts';
import { labelSets } from '../kit/series.ts';
import { answerRounds, BATCH_SIZE, type Batch, SETS, VALUES } from './workload.ts';

const registry = new Registry();
const counter = registry.instrument(counterNamed('labelled.requests'));
const histogram = registry.instrument(histogramNamed('labelled.duration'));
const boundCounter = registry.instrument(counterNamed('bound.requests'));
const boundHistogram = registry.instrument(histogramNamed('bound.duration'));
const counterCells = labelSets(SETS).map((labels) => boundCounter.bind(labels));
const histogramCells = labelSets(SETS).map((labels) => boundHistogram.bind(labels));

function counted({ family }: typeof counter): number {
  return family.blocks.flatMap(({ cells }) => cells as typeof counterCells).reduce((sum, { value }) => sum + value, 0);
}

function observed({ family }: typeof histogram): number {
  return family.blocks.flatMap(({ cells }) => cells as typeof histogramCells).reduce((sum, { count }) => sum + count, 0);
}

answerRounds({
  'counter, labelled': {
    runBatch({ sets }: Batch) {
      for (let index = 0; index < BATCH_SIZE; index += 1) {
        const { method, route, status } = sets[index % SETS]!;
        counter.add(1, { method, route, status });
      }
    },
    recorded: () => counted(counter),
  },
  'histogram, labelled': {
    runBatch({ sets, values }: Batch) {
      for (let index = 0; index < BATCH_SIZE; index += 1) {
        const { method, route, status } = sets[index % SETS]!;
        histogram.record(values[index % VALUES]!, { method, route, status });
      }
    },
    recorded: () => observed(histogram),
  },
  'counter, bound': {
    runBatch() {
      for (let index = 0; index < BATCH_SIZE; index += 1) counterCells[index % SETS]!.add(1);
    },
    recorded: () => counted(boundCounter),
  },
  'histogram, bound': {
    runBatch({ values }: Batch) {
      for (let index = 0; index < BATCH_SIZE; index += 1) histogramCells[index % SETS]!.record(values[index % VALUES]!);
    },
    recorded: () => observed(boundHistogram),
  },
});

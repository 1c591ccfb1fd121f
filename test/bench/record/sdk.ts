// The OpenTelemetry SDK with a cumulative reader; it has no bound instruments.
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { BOUNDS } from '../kit/series.ts';
import { answerRounds, BATCH_SIZE, type Batch, SETS, VALUES } from './workload.ts';

class CumulativeReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const reader = new CumulativeReader();
const meter = new MeterProvider({ readers: [reader] }).getMeter('bench');
const counter = meter.createCounter('requests');
const histogram = meter.createHistogram('duration', { unit: 's', advice: { explicitBucketBoundaries: [...BOUNDS] } });

async function recorded(name: string): Promise<number> {
  const { resourceMetrics } = await reader.collect();
  const metric = resourceMetrics.scopeMetrics[0]!.metrics.find(({ descriptor }) => descriptor.name === name)!;
  const counts = metric.dataPoints.map(({ value }) => (typeof value === 'number' ? value : value.count));
  return counts.reduce((sum, count) => sum + count, 0);
}

answerRounds({
  'counter, labelled': {
    runBatch({ sets }: Batch) {
      for (let index = 0; index < BATCH_SIZE; index += 1) {
        const { method, route, status } = sets[index % SETS]!;
        counter.add(1, { method, route, status });
      }
    },
    recorded: () => recorded('requests'),
  },
  'histogram, labelled': {
    runBatch({ sets, values }: Batch) {
      for (let index = 0; index < BATCH_SIZE; index += 1) {
        const { method, route, status } = sets[index % SETS]!;
        histogram.record(values[index % VALUES]!, { method, route, status });
      }
    },
    recorded: () => recorded('duration'),
  },
});

// Runs an official OpenTelemetry instrumentation, and gives the samples that it has recorded, to compare ours with.
import { createRequire } from 'node:module';
import { type MeterProvider as ApiMeterProvider } from '@opentelemetry/api';
import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

interface OfficialInstrumentation {
  setMeterProvider(provider: ApiMeterProvider): void;
  enable(): void;
  disable(): void;
}

export type OfficialClass = new (config?: object) => OfficialInstrumentation;

export interface OfficialSample {
  readonly name: string;
  readonly unit: string;
  /** As Prometheus distinguishes them: an up-down counter is a gauge. */
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
  /** Of a histogram. */
  readonly sum?: number | undefined;
}

class OnDemandReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** Loads a class from a package that auto-instrumentations-node brings. */
export function loadOfficial(name: string, className: string): OfficialClass {
  const require = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/auto-instrumentations-node'));
  return (require(name) as Record<string, OfficialClass>)[className]!;
}

export interface Official {
  read(): Promise<OfficialSample[]>;
  stop(): Promise<void>;
}

export function startOfficial(Instrumentation: OfficialClass): Official {
  const reader = new OnDemandReader();
  const provider = new MeterProvider({ readers: [reader] });
  const instrumentation = new Instrumentation();
  instrumentation.setMeterProvider(provider);
  instrumentation.enable();
  return {
    async read() {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .flatMap((metric) =>
          metric.dataPoints.map(({ attributes, value }) => ({
            name: metric.descriptor.name,
            unit: metric.descriptor.unit,
            type:
              metric.dataPointType === DataPointType.HISTOGRAM
                ? 'histogram'
                : metric.dataPointType === DataPointType.SUM && metric.isMonotonic
                  ? 'counter'
                  : 'gauge',
            attributes,
            value: typeof value === 'number' ? value : (value as { readonly count: number }).count,
            sum: typeof value === 'number' ? undefined : (value as { readonly sum?: number }).sum,
          })),
        );
    },
    async stop() {
      instrumentation.disable();
      await provider.shutdown();
    },
  };
}

// A metric reader that exports at an interval. Unlike the SDK's own, its timer does not keep the process alive.
import type {
  MetricProducer,
  MetricReader as SdkReader,
  MetricReaderOptions,
  PushMetricExporter,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { ExportWatch } from './export-watch.ts';
import { loadApi, loadCore, type MetricsSdk } from './otel-packages.ts';

export interface PushReaderOptions extends Pick<MetricReaderOptions, 'metricProducers'> {
  readonly exporter: PushMetricExporter;
  readonly watch: ExportWatch;
  readonly intervalMillis: number;
  /** An export that takes longer fails. */
  readonly exportTimeoutMillis: number;
  /** A callback of the application that takes longer fails; the SDK keeps the process alive meanwhile. */
  readonly callbackTimeoutMillis: number;
  /** Called with what the SDK gives the reader to collect from. */
  readonly onCollector: (collector: MetricProducer) => void;
  /** Called with what a callback of the application threw. */
  readonly onCallbackError: (error: unknown) => void;
}

/** Makes the reader; its class cannot be declared before the SDK is loaded. */
export function newPushReader({ MetricReader }: MetricsSdk, options: PushReaderOptions): SdkReader {
  const { exporter, watch, intervalMillis, callbackTimeoutMillis, onCollector, onCallbackError } = options;

  class PushReader extends MetricReader {
    #interval: NodeJS.Timeout | undefined = undefined;
    #running: Promise<void> | undefined = undefined;

    override setMetricProducer(collector: MetricProducer): void {
      super.setMetricProducer(collector);
      onCollector(collector);
    }

    protected override onInitialized(): void {
      this.#interval = setInterval(() => void this.#run(), intervalMillis).unref();
    }

    protected override async onForceFlush(): Promise<void> {
      // An export in progress may have read its values already.
      await this.#running;
      await this.#run();
    }

    protected override async onShutdown(): Promise<void> {
      clearInterval(this.#interval);
      await this.onForceFlush();
      await exporter.shutdown();
    }

    /** Collects and exports; callers at the same time share one run. It never rejects. */
    #run(): Promise<void> {
      this.#running ??= this.#collectAndExport()
        .catch((error: unknown) => watch.failed(error))
        .finally(() => {
          this.#running = undefined;
        });
      return this.#running;
    }

    async #collectAndExport(): Promise<void> {
      const { resourceMetrics, errors } = await this.collect({ timeoutMillis: callbackTimeoutMillis });
      errors.forEach(onCallbackError);
      if (resourceMetrics.scopeMetrics.length === 0) return;
      await exportWithin(options, resourceMetrics);
      watch.succeeded();
    }
  }

  return new PushReader(readerOptions(options));
}

function readerOptions({ exporter, metricProducers = [] }: PushReaderOptions): MetricReaderOptions {
  return {
    metricProducers,
    ...(exporter.selectAggregation && { aggregationSelector: exporter.selectAggregation.bind(exporter) }),
    ...(exporter.selectAggregationTemporality && {
      aggregationTemporalitySelector: exporter.selectAggregationTemporality.bind(exporter),
    }),
  };
}

/** Rejects if the export fails or takes too long. */
function exportWithin({ exporter, exportTimeoutMillis }: PushReaderOptions, metrics: ResourceMetrics): Promise<void> {
  const { context } = loadApi();
  const { ExportResultCode, suppressTracing } = loadCore();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${exportTimeoutMillis} ms`)), exportTimeoutMillis).unref();
    // The request of an export is no part of what the application does, so it must not be traced.
    context.with(suppressTracing(context.active()), () => {
      exporter.export(metrics, ({ code, error }) => {
        clearTimeout(timer);
        if (code === ExportResultCode.SUCCESS) resolve();
        else reject(error ?? new Error('the exporter gives no reason'));
      });
    });
  });
}

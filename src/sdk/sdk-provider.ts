// The SDK's MeterProvider with a reader for each exporter, loaded when something first needs it.
import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type {
  IMetricReader,
  MeterProvider,
  MetricProducer,
  MetricReader,
  ResourceMetrics,
  ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import type { MetricDefinition } from '../core/metric.ts';
import { messageOf, reportProblem } from '../core/problem.ts';
import type { MetricOverride, Registry } from '../core/recording/registry.ts';
import type { ProcessState, PushTarget } from '../exporters/push-target.ts';
import { collectAtOnce } from './collect-at-once.ts';
import { type ExportListener, ExportWatch } from './export-watch.ts';
import { loadMetrics, loadPrometheus, loadResources, type MetricsSdk } from './otel-packages.ts';
import type { PointReader } from './point-reader.ts';
import { newPushReader } from './push-reader.ts';
import type { ResourceAttributes } from './resource.ts';
import { viewsFor } from './views.ts';

/** A target, and the reader of promtel's own series for it. */
export interface Push {
  readonly target: PushTarget;
  readonly points: PointReader;
}

export interface SdkProviderOptions {
  readonly registry: Registry;
  readonly definitions: () => readonly MetricDefinition[];
  readonly overrideOf: (name: string) => MetricOverride;
  readonly resource: () => ResourceAttributes;
  /** Whether `collectOtel` is called at all, as the Prometheus page does. */
  readonly isPulled: () => boolean;
  readonly pushes: readonly Push[];
  readonly exportIntervalMillis: number;
  readonly exportTimeoutMillis: number;
  readonly state: ProcessState;
  readonly onExport: ExportListener;
}

/** How long a collection waits for the application's observable callbacks: as long as for promtel's own. */
const CALLBACK_TIMEOUT_MILLIS = 1000;

/** The SDK keeps for each reader what the others have collected, so an idle reader has to collect now and then. */
const MAX_IDLE_MILLIS = 5 * 60_000;

export class SdkProvider {
  readonly #options: SdkProviderOptions;
  #opened: { readonly provider: MeterProvider; readonly pull: MetricReader | undefined } | undefined = undefined;
  #hasFailed = false;
  #pulledMillis = Date.now();
  /** What the SDK has given the reader of each push to collect from. */
  readonly #collectors = new Map<Push, MetricProducer>();
  /** The limit of the instrument that is being made: the SDK asks its readers for it without naming the instrument. */
  #limit: number | undefined = undefined;

  constructor(options: SdkProviderOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#opened !== undefined;
  }

  /** Loads the SDK, once; undefined if that failed. It never throws. */
  open(): ApiMeterProvider | undefined {
    if (this.#opened === undefined && !this.#hasFailed) this.#load();
    return this.#opened?.provider;
  }

  /** Sets the series limit of the next instrument; undefined for the default. */
  limitNext(limit: number | undefined): void {
    this.#limit = limit;
  }

  /** What was recorded through the API; undefined if no instrument has been made. */
  async collectOtel(): Promise<ResourceMetrics | undefined> {
    if (this.#opened?.pull === undefined) return undefined;
    this.#pulledMillis = Date.now();
    const { resourceMetrics, errors } = await this.#opened.pull.collect({ timeoutMillis: CALLBACK_TIMEOUT_MILLIS });
    for (const error of errors) this.#countFailure(error);
    return resourceMetrics;
  }

  /** The same for one push, synchronously. */
  collectOtelAtOnce(push: Push): ScopeMetrics[] {
    const collector = this.#collectors.get(push);
    return collector === undefined ? [] : collectAtOnce(collector);
  }

  /** Exports everything to every target. It resolves when that is done, and never rejects. */
  async flush(): Promise<void> {
    await this.#opened?.provider.forceFlush().catch(() => {});
  }

  /** Ends the exports after a last one. */
  async shutdown(): Promise<void> {
    await this.#opened?.provider.shutdown().catch(() => {});
  }

  #load(): void {
    try {
      const sdk = loadMetrics();
      const resource = loadResources().resourceFromAttributes(this.#options.resource());
      // Every reader makes recording slower, so there is none that is not read.
      const pull = this.#options.isPulled() ? new (loadPrometheus().PrometheusExporter)({ preventServerStart: true }) : undefined;
      const readers = [pull, ...this.#options.pushes.map((push) => this.#pushReader(sdk, push, resource))].filter(
        (reader) => reader !== undefined,
      );
      for (const reader of readers) this.#limitBy(reader);
      const views = viewsFor(sdk, this.#options.definitions(), this.#options.overrideOf);
      this.#opened = { provider: new sdk.MeterProvider({ resource, readers, views }), pull };
    } catch (error) {
      this.#hasFailed = true;
      reportProblem(
        'OpenTelemetry SDK',
        `cannot be loaded (${messageOf(error)}); what the application records through the API is not exported`,
      );
    }
  }

  /** Undefined where the exporter cannot be loaded, which is reported; the others still work. */
  #pushReader(sdk: MetricsSdk, push: Push, resource: Resource): MetricReader | undefined {
    const { target, points } = push;
    const { registry, exportIntervalMillis, exportTimeoutMillis, state, onExport } = this.#options;
    const producer: MetricProducer = {
      collect: async () => {
        await registry.collect();
        if (Date.now() - this.#pulledMillis > MAX_IDLE_MILLIS) await this.collectOtel();
        return { resourceMetrics: { resource, scopeMetrics: points.read() }, errors: [] };
      },
    };
    try {
      return newPushReader(sdk, {
        exporter: target.open(state),
        watch: new ExportWatch(target.name, onExport),
        intervalMillis: exportIntervalMillis,
        exportTimeoutMillis,
        callbackTimeoutMillis: CALLBACK_TIMEOUT_MILLIS,
        metricProducers: [producer],
        onCollector: (collector) => this.#collectors.set(push, collector),
        onCallbackError: (error) => this.#countFailure(error),
      });
    } catch (error) {
      reportProblem(`exporter ${target.name}`, `cannot be opened: ${messageOf(error)}`);
      return undefined;
    }
  }

  #countFailure(error: unknown): void {
    this.#options.registry.countFailure('a callback of the application', error);
  }

  #limitBy(reader: IMetricReader): void {
    const original = reader.selectCardinalityLimit?.bind(reader);
    if (original !== undefined) reader.selectCardinalityLimit = (type) => this.#limit ?? original(type);
  }
}

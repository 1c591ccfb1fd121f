// The OpenTelemetry side of promtel: the global API, the SDK behind it, push exporters, tracing, and the last export.
import type { MeterProvider } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Config } from '../config/config.ts';
import type { MetricDefinition } from '../core/metric.ts';
import { reportProblem } from '../core/problem.ts';
import { exemplars } from '../core/recording/exemplar.ts';
import type { MetricOverride, Registry } from '../core/recording/registry.ts';
import type { PushTarget, SpanTarget } from '../exporters/push-target.ts';
import { activeSpanSource } from './active-span.ts';
import type { ExportListener } from './export-watch.ts';
import { type ApiName, GlobalApi } from './global-api.ts';
import { SharedMeterProvider } from './meter-provider.ts';
import { loadTracing } from './otel-packages.ts';
import { PointReader } from './point-reader.ts';
import { CUMULATIVE, DELTA } from './points.ts';
import { type LastExport, ProcessEnd } from './process-end.ts';
import { type ResourceAttributes, resourceAttributes } from './resource.ts';
import { SdkProvider, type Push } from './sdk-provider.ts';
import type { Tracing } from './tracing.ts';

export interface TelemetryOptions {
  readonly config: Config;
  /** Its `overrideOf` is bound to the operator's settings. */
  readonly registry: Registry;
  /** Gives the catalog; called when the SDK is opened. */
  readonly definitions: () => readonly MetricDefinition[];
  /** Whether promtel's own instrumentations record a metric. */
  readonly isMeasured: (name: string) => boolean;
  readonly pushTargets: readonly PushTarget[];
  /** The exporters of spans; nothing is traced if there are none. */
  readonly spanTargets?: readonly SpanTarget[];
  /** Whether an instrumentation is enabled, by its name. */
  readonly isEnabled?: (name: string) => boolean;
  /** Whether requests to a path are ignored. */
  readonly ignoresPath?: (path: string) => boolean;
  readonly onExport?: ExportListener;
}

/** The scopes of the official instrumentations begin with it; what promtel measures too is recorded once. */
const OFFICIAL_SCOPE = '@opentelemetry/instrumentation-';

export class Telemetry {
  readonly #options: TelemetryOptions;
  readonly #pushes: readonly Push[];
  readonly #sdk: SdkProvider;
  readonly #provider: SharedMeterProvider;
  readonly #api: GlobalApi;
  readonly #tracing: Tracing | undefined;
  readonly #end: ProcessEnd;
  #resource: ResourceAttributes | undefined = undefined;
  #wasFlushed = false;
  #isPulled: boolean;

  constructor(options: TelemetryOptions) {
    const { config, registry, isMeasured, pushTargets } = options;
    const { exporters } = config.metrics;
    this.#options = options;
    this.#isPulled = exporters.includes('prometheus') || exporters.length === 0;
    this.#end = new ProcessEnd(this.#lastExport(), config.general.shutdownTimeoutMillis);
    this.#pushes = pushTargets.map((target) => ({
      target,
      points: new PointReader(registry, (kind) => (target.isDelta(kind) ? DELTA : CUMULATIVE)),
    }));
    const overrideOf = (name: unknown): MetricOverride =>
      (typeof name === 'string' ? registry.overrideOf(name) : undefined) ?? {};
    this.#sdk = this.#newSdkProvider(overrideOf);
    this.#provider = new SharedMeterProvider({
      open: () => this.#sdk.open(),
      overrideOf,
      isMeasured: (scope, name) => typeof scope === 'string' && scope.startsWith(OFFICIAL_SCOPE) && isMeasured(String(name)),
      onLimit: (limit) => this.#sdk.limitNext(limit),
    });
    this.#api = new GlobalApi((name) => this.#onRegistration(name));
    this.#tracing = this.#newTracing();
  }

  /** Installs the global API for every copy of @opentelemetry/api, and starts push exporters and tracing. */
  start(): void {
    if (this.#api.install()) {
      const { metrics } = this.#api.registered;
      if (metrics === undefined) this.#api.offer('metrics', this.#provider);
      else this.#shareWith(metrics, 'before promtel was there');
      this.#tracing?.start();
      this.#findExemplarSource();
    }
    const { pushTargets, spanTargets = [] } = this.#options;
    if (pushTargets.length > 0 || spanTargets.length > 0) this.#end.watch();
    // Soon after the start: later, in a busy server, loading the SDK would delay requests.
    if (pushTargets.length > 0) setImmediate(() => this.#sdk.open()).unref();
  }

  /** The resource attributes, detected once. */
  get resource(): ResourceAttributes {
    return (this.#resource ??= resourceAttributes(this.#options.config.resource));
  }

  /** Prepares for calls of `collectOtel` without a Prometheus exporter. It has to be called before the first instrument is made. */
  expectPull(): void {
    this.#isPulled = true;
  }

  /** What was recorded through the API; undefined if no instrument has been made. */
  collectOtel(): Promise<ResourceMetrics | undefined> {
    return this.#sdk.collectOtel();
  }

  /** Exports everything by every push exporter. It resolves when that is done, and never rejects. */
  async flush(): Promise<void> {
    if (this.#pushes.length > 0) this.#sdk.open();
    // Also if it takes too long: another try would take as long.
    this.#wasFlushed = true;
    await Promise.all([this.#sdk.flush(), this.#tracing?.flush()]);
  }

  /** Exports everything and stops. It keeps the process alive meanwhile, for at most the shutdown timeout. */
  async shutdown(): Promise<void> {
    this.#end.unwatch();
    if (this.#pushes.length > 0) this.#sdk.open();
    await this.#end.hold(Promise.all([this.#sdk.shutdown(), this.#tracing?.flush()]));
    for (const { points } of this.#pushes) points.close();
  }

  #newSdkProvider(overrideOf: (name: unknown) => MetricOverride): SdkProvider {
    const { config, registry, definitions } = this.#options;
    return new SdkProvider({
      registry,
      definitions,
      overrideOf,
      resource: () => this.resource,
      isPulled: () => this.#isPulled,
      pushes: this.#pushes,
      exportIntervalMillis: config.metrics.exportIntervalMillis,
      exportTimeoutMillis: config.metrics.exportTimeoutMillis,
      state: this.#end,
      onExport: (report) => this.#options.onExport?.(report),
    });
  }

  #newTracing(): Tracing | undefined {
    const { config, spanTargets = [], isEnabled = () => true, ignoresPath = () => false } = this.#options;
    if (spanTargets.length === 0) return undefined;
    const shared = { resource: () => this.resource, state: this.#end, isEnabled, ignoresPath };
    const onExport: ExportListener = (report) => this.#options.onExport?.(report);
    return new (loadTracing().Tracing)({ ...shared, config: config.traces, targets: spanTargets, onExport }, this.#api);
  }

  #lastExport(): LastExport {
    return {
      isDue: () => this.#isDue,
      flush: () => this.flush(),
      flushNow: (timeoutMillis) => this.#flushNow(timeoutMillis),
    };
  }

  #onRegistration(name: ApiName): void {
    const { metrics } = this.#api.registered;
    if (name === 'metrics' && metrics !== undefined) this.#shareWith(metrics, 'of its own');
    if (name === 'trace') this.#tracing?.handOver();
    if (name === 'trace' || name === 'context') this.#findExemplarSource();
  }

  #shareWith(provider: MeterProvider, when: string): void {
    this.#api.set('metrics', this.#provider.shareWith(provider));
    reportProblem('MeterProvider', `the application has registered one ${when}; instruments made from now on record for both`);
  }

  #findExemplarSource(): void {
    const { trace, context } = this.#api.registered;
    const isTraced = trace !== undefined && context !== undefined;
    exemplars.source = isTraced ? activeSpanSource(context, this.#options.config.metrics.exemplarFilter) : undefined;
  }

  /** Whether the application's own instruments have recorded is not known, so they are exported once. */
  get #isDue(): boolean {
    return (
      this.#tracing?.hasUnexported === true ||
      (this.#sdk.isOpen && !this.#wasFlushed) ||
      this.#pushes.some(({ points }) => points.hasUnexported)
    );
  }

  #flushNow(timeoutMillis: number): void {
    const deadlineMillis = Date.now() + timeoutMillis;
    // Synchronous callbacks are done when it returns.
    void this.#options.registry.collect();
    for (const push of this.#pushes) {
      const scopeMetrics = [...this.#sdk.collectOtelAtOnce(push), ...push.points.read()];
      const leftMillis = deadlineMillis - Date.now();
      if (scopeMetrics.length > 0 && leftMillis > 0) push.target.sendNow({ resource: this.resource, scopeMetrics }, leftMillis);
    }
  }
}

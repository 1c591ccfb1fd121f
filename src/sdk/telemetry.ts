// Puts the OpenTelemetry side together: the global API, the SDK behind it, the exporters, and the end of the process.
import type { MeterProvider } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Config } from '../config/config.ts';
import type { MetricDefinition } from '../core/metric.ts';
import { reportProblem } from '../core/problem.ts';
import { exemplars } from '../core/recording/exemplar.ts';
import { overrideFor } from '../core/recording/metric-overrides.ts';
import type { MetricOverride, Registry } from '../core/recording/registry.ts';
import { activeSpanSource } from './active-span.ts';
import type { ExportListener } from './export-watch.ts';
import { type ApiName, GlobalApi } from './global-api.ts';
import { SharedMeterProvider } from './meter-provider.ts';
import { loadTracing } from './otel-packages.ts';
import { PointReader } from './point-reader.ts';
import { CUMULATIVE, DELTA } from './points.ts';
import { type LastExport, ProcessEnd } from './process-end.ts';
import type { PushTarget, SpanTarget } from './push-target.ts';
import { type ResourceAttributes, resourceAttributes } from './resource.ts';
import { SdkProvider, type Push } from './sdk-provider.ts';
import type { Tracing } from './tracing.ts';

export interface TelemetryOptions {
  readonly config: Config;
  readonly registry: Registry;
  /** The catalog, asked for when the SDK is opened. */
  readonly definitions: () => readonly MetricDefinition[];
  /** Whether promtel's own instrumentations record a metric. */
  readonly isMeasured: (name: string) => boolean;
  readonly pushTargets: readonly PushTarget[];
  /** Where spans go; nothing is traced if there are none. */
  readonly spanTargets?: readonly SpanTarget[];
  /** Whether an instrumentation is wanted, by its name. */
  readonly isEnabled?: (name: string) => boolean;
  /** Whether requests to a path are left out. */
  readonly ignoresPath?: (path: string) => boolean;
  readonly onExport?: ExportListener;
}

/** The scopes of the official instrumentations begin with it; what they measure and promtel too is taken once. */
const OFFICIAL_SCOPE = '@opentelemetry/instrumentation-';

export class Telemetry {
  readonly #options: TelemetryOptions;
  readonly #pushes: readonly Push[];
  readonly #pipeline: SdkProvider;
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
      typeof name === 'string' ? overrideFor(name, config.metricOverrides) : {};
    this.#pipeline = this.#newPipeline(overrideOf);
    this.#provider = new SharedMeterProvider({
      open: () => this.#pipeline.open(),
      overrideOf,
      isMeasured: (scope, name) => typeof scope === 'string' && scope.startsWith(OFFICIAL_SCOPE) && isMeasured(String(name)),
      onLimit: (limit) => this.#pipeline.limitNext(limit),
    });
    this.#api = new GlobalApi((name) => this.#follow(name));
    this.#tracing = this.#newTracing();
  }

  /** Becomes present to every copy of the API and starts what exports by itself. */
  start(): void {
    if (this.#api.install()) {
      const { metrics } = this.#api.registered;
      if (metrics === undefined) this.#api.offer('metrics', this.#provider);
      else this.#share(metrics, 'before promtel was there');
      this.#tracing?.start();
      this.#findExemplars();
    }
    const { pushTargets, spanTargets = [] } = this.#options;
    if (pushTargets.length > 0 || spanTargets.length > 0) this.#end.watch();
    // Once the program has begun: in a server that is busy already it would hold up requests.
    if (pushTargets.length > 0) setImmediate(() => this.#pipeline.open()).unref();
  }

  /** Who is measured. */
  get resource(): ResourceAttributes {
    return (this.#resource ??= resourceAttributes(this.#options.config.resource));
  }

  /** Says that `collectOtel` will be asked though there is no Prometheus exporter; in time only before the first instrument. */
  expectPull(): void {
    this.#isPulled = true;
  }

  /** What was recorded through the API; undefined if nobody has made an instrument. */
  collectOtel(): Promise<ResourceMetrics | undefined> {
    return this.#pipeline.collectOtel();
  }

  /** Exports everything to every exporter that sends by itself. It resolves when that is done, whatever came of it. */
  async flush(): Promise<void> {
    if (this.#pushes.length > 0) this.#pipeline.open();
    // Even if it takes longer than anybody waits, there is no point in trying once more.
    this.#wasFlushed = true;
    await Promise.all([this.#pipeline.flush(), this.#tracing?.flush()]);
  }

  /** Exports everything and stops. It takes as long as the end of the process may, and holds it meanwhile. */
  async shutdown(): Promise<void> {
    this.#end.unwatch();
    if (this.#pushes.length > 0) this.#pipeline.open();
    await this.#end.hold(Promise.all([this.#pipeline.shutdown(), this.#tracing?.flush()]));
    for (const { points } of this.#pushes) points.close();
  }

  #newPipeline(overrideOf: (name: unknown) => MetricOverride): SdkProvider {
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

  #follow(name: ApiName): void {
    const { metrics } = this.#api.registered;
    if (name === 'metrics' && metrics !== undefined) this.#share(metrics, 'of its own');
    if (name === 'trace') this.#tracing?.standDown();
    if (name === 'trace' || name === 'context') this.#findExemplars();
  }

  #share(theirs: MeterProvider, when: string): void {
    this.#api.set('metrics', this.#provider.shareWith(theirs));
    reportProblem('MeterProvider', `the application has registered one ${when}; instruments made from now on record for both`);
  }

  #findExemplars(): void {
    const { trace, context } = this.#api.registered;
    const isTraced = trace !== undefined && context !== undefined;
    exemplars.source = isTraced ? activeSpanSource(context, this.#options.config.metrics.exemplarFilter) : undefined;
  }

  /** Nobody can tell whether the application's own instruments have recorded, so they are exported once. */
  get #isDue(): boolean {
    return (
      this.#tracing?.hasNews === true ||
      (this.#pipeline.isOpen && !this.#wasFlushed) ||
      this.#pushes.some(({ points }) => points.hasNews)
    );
  }

  #flushNow(timeoutMillis: number): void {
    const deadlineMillis = Date.now() + timeoutMillis;
    // Callbacks that answer at once have done so when it returns.
    void this.#options.registry.collect();
    for (const push of this.#pushes) {
      const scopeMetrics = [...this.#pipeline.collectOtelAtOnce(push), ...push.points.read()];
      const leftMillis = deadlineMillis - Date.now();
      if (scopeMetrics.length > 0 && leftMillis > 0) push.target.sendNow({ resource: this.resource, scopeMetrics }, leftMillis);
    }
  }
}

// Tracing: the SDK's tracer provider, registered until the application registers one of its own.
import type { TextMapPropagator } from '@opentelemetry/api';
import type { SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Config } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import { messageOf, reportProblem } from '../core/problem.ts';
import type { ProcessState, SpanTarget } from '../exporters/push-target.ts';
import { DelegatingTracerProvider } from './delegating-tracer.ts';
import { type ExportListener, ExportWatch } from './export-watch.ts';
import type { GlobalApi } from './global-api.ts';
import { NonBlockingSpanExporter } from './non-blocking-span-exporter.ts';
import { enableOfficialInstrumentations, type OfficialInstrumentationOptions } from './official-instrumentations.ts';
import { loadContext, loadCore, loadResources, loadTrace, type TraceSdk } from './otel-packages.ts';
import type { ResourceAttributes } from './resource.ts';
import { samplerOf } from './sampler.ts';

export interface TracingOptions extends OfficialInstrumentationOptions {
  readonly config: Config['traces'];
  readonly targets: readonly SpanTarget[];
  readonly resource: () => ResourceAttributes;
  readonly state: ProcessState;
  readonly onExport: ExportListener;
}

const SUBJECT = settings.traces.exporters.env;

export class Tracing {
  readonly #options: TracingOptions;
  readonly #api: GlobalApi;
  readonly #exporters: NonBlockingSpanExporter[] = [];
  #provider: TracerProvider | undefined = undefined;
  #offered: DelegatingTracerProvider | undefined = undefined;
  #unpatch: (() => void) | undefined = undefined;
  #hasUnexported = false;

  constructor(options: TracingOptions, api: GlobalApi) {
    this.#options = options;
    this.#api = api;
  }

  /** Whether spans have ended since the last flush. */
  get hasUnexported(): boolean {
    return this.#hasUnexported;
  }

  /** Registers the tracer provider and enables the instrumentations that make spans. It never throws. */
  start(): void {
    if (this.#api.registered.trace !== undefined) {
      reportProblem(SUBJECT, 'is left to the tracer provider that the application has registered before promtel was there');
      return;
    }
    try {
      this.#register(loadTrace());
      this.#unpatch = enableOfficialInstrumentations(this.#options);
    } catch (error) {
      reportProblem(SUBJECT, `tracing cannot be started: ${messageOf(error)}`);
    }
  }

  /** Hands tracing over to the application, which has registered a provider of its own. */
  handOver(): void {
    if (this.#provider === undefined) return;
    reportProblem(SUBJECT, 'is left to the tracer provider that the application has registered');
    this.#unpatch?.();
    if (this.#api.registered.trace !== undefined) this.#offered?.setDelegate(this.#api.registered.trace);
    this.#api.withdraw('context');
    this.#api.withdraw('propagation');
    void this.flush();
    this.#provider = undefined;
  }

  /** Exports the spans that have ended. It resolves when that is done, and never rejects. */
  async flush(): Promise<void> {
    this.#hasUnexported = false;
    await this.#provider?.forceFlush().catch(() => {});
    await Promise.all(this.#exporters.map((exporter) => exporter.forceFlush()));
  }

  #register(sdk: TraceSdk): void {
    const { config, resource } = this.#options;
    this.#provider = new sdk.TracerProvider({
      resource: loadResources().resourceFromAttributes(resource()),
      sampler: samplerOf(sdk, config.sampler, config.samplerRatio),
      spanProcessors: [this.#endWatcher(), ...this.#options.targets.map((target) => this.#processor(sdk, target))],
    });
    this.#api.offer('context', new (loadContext().AsyncLocalStorageContextManager)().enable());
    this.#api.offer('propagation', propagatorOf(config.propagators));
    this.#offered = new DelegatingTracerProvider(this.#provider);
    this.#api.offer('trace', this.#offered);
  }

  #endWatcher(): SpanProcessor {
    return {
      onStart() {},
      onEnd: () => {
        this.#hasUnexported = true;
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
  }

  #processor(sdk: TraceSdk, target: SpanTarget): SpanProcessor {
    const { config, state, onExport } = this.#options;
    if (!target.isBatched) return new sdk.SimpleSpanProcessor({ exporter: target.open(state) });
    const exporter = new NonBlockingSpanExporter(target.open(state), new ExportWatch(`${target.name} traces`, onExport));
    this.#exporters.push(exporter);
    return new sdk.BatchSpanProcessor({
      exporter,
      scheduledDelayMillis: config.batchDelayMillis,
      exportTimeoutMillis: config.batchTimeoutMillis,
      maxQueueSize: config.batchQueueSize,
      maxExportBatchSize: config.batchSize,
    });
  }
}

function propagatorOf(names: Config['traces']['propagators']): TextMapPropagator {
  const { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } = loadCore();
  const propagators = { tracecontext: W3CTraceContextPropagator, baggage: W3CBaggagePropagator };
  return new CompositePropagator({ propagators: names.map((name) => new propagators[name]()) });
}

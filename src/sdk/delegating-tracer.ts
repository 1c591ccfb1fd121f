// A tracer provider that delegates to promtel's, and to the application's own as soon as that is registered.
import type { Context, Span, SpanOptions, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';

/** Tracers got from it change over with it, as those of the API's own proxy do. */
export class DelegatingTracerProvider implements TracerProvider {
  #delegate: TracerProvider;

  constructor(delegate: TracerProvider) {
    this.#delegate = delegate;
  }

  setDelegate(delegate: TracerProvider): void {
    this.#delegate = delegate;
  }

  /** By the name that the API's own proxy has for it. */
  getDelegate(): TracerProvider {
    return this.#delegate;
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    return new DelegatingTracer(
      () => this.#delegate,
      (provider) => provider.getTracer(name, version, options),
    );
  }
}

class DelegatingTracer implements Tracer {
  readonly #currentProvider: () => TracerProvider;
  readonly #tracerOf: (provider: TracerProvider) => Tracer;
  #provider: TracerProvider | undefined = undefined;
  #tracer: Tracer | undefined = undefined;

  constructor(currentProvider: () => TracerProvider, tracerOf: (provider: TracerProvider) => Tracer) {
    this.#currentProvider = currentProvider;
    this.#tracerOf = tracerOf;
  }

  startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    return this.#current.startSpan(name, options, context);
  }

  /** Its overloads differ in the arguments left out, so all are passed on as they come. */
  startActiveSpan(...values: unknown[]): never {
    const tracer = this.#current;
    return Reflect.apply(tracer.startActiveSpan.bind(tracer), undefined, values) as never;
  }

  get #current(): Tracer {
    const provider = this.#currentProvider();
    if (this.#tracer === undefined || provider !== this.#provider) {
      this.#provider = provider;
      this.#tracer = this.#tracerOf(provider);
    }
    return this.#tracer;
  }
}

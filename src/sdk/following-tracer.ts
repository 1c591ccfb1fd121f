// The tracer provider that the application finds while promtel traces. Tracers that were got from it go over to the
// application's own provider when that is registered, as they do with those of the API.
import type { Context, Span, SpanOptions, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';

export class FollowingTracerProvider implements TracerProvider {
  #target: TracerProvider;

  constructor(target: TracerProvider) {
    this.#target = target;
  }

  follow(target: TracerProvider): void {
    this.#target = target;
  }

  /** As the API's own provider has it: what stands behind. */
  getDelegate(): TracerProvider {
    return this.#target;
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    return new FollowingTracer(
      () => this.#target,
      (target) => target.getTracer(name, version, options),
    );
  }
}

class FollowingTracer implements Tracer {
  readonly #currentTarget: () => TracerProvider;
  readonly #tracerOf: (target: TracerProvider) => Tracer;
  #target: TracerProvider | undefined = undefined;
  #tracer: Tracer | undefined = undefined;

  constructor(currentTarget: () => TracerProvider, tracerOf: (target: TracerProvider) => Tracer) {
    this.#currentTarget = currentTarget;
    this.#tracerOf = tracerOf;
  }

  startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    return this.#current.startSpan(name, options, context);
  }

  /** Its signatures differ in what is left out, so whatever comes is handed on. */
  startActiveSpan(...values: unknown[]): never {
    const tracer = this.#current;
    return Reflect.apply(tracer.startActiveSpan.bind(tracer), undefined, values) as never;
  }

  get #current(): Tracer {
    const target = this.#currentTarget();
    if (this.#tracer === undefined || target !== this.#target) {
      this.#target = target;
      this.#tracer = this.#tracerOf(target);
    }
    return this.#tracer;
  }
}

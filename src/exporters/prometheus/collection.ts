// Collects current values for a scrape: scrapes at the same time share one collection, which has a deadline.
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Registry } from '../../core/recording/registry.ts';

/** What the application recorded through the OpenTelemetry API, cumulative. */
export type CollectOtel = () => Promise<ResourceMetrics | undefined>;

export class Collection {
  readonly #registry: Registry;
  readonly #collectOtel: CollectOtel | undefined;
  readonly #timeoutMillis: number;
  /** Kept until it ends, however late, so that one that hangs is not started again at every scrape. */
  #running: Promise<ResourceMetrics | undefined> | undefined;

  constructor(registry: Registry, collectOtel: CollectOtel | undefined, timeoutMillis: number) {
    this.#registry = registry;
    this.#collectOtel = collectOtel;
    this.#timeoutMillis = timeoutMillis;
  }

  /** Updates the cells and resolves to what was recorded through the OpenTelemetry API. Rejects if collecting fails or takes too long. */
  run(): Promise<ResourceMetrics | undefined> {
    this.#running ??= this.#collect().finally(() => {
      this.#running = undefined;
    });
    return within(this.#timeoutMillis, this.#running);
  }

  async #collect(): Promise<ResourceMetrics | undefined> {
    const [collected] = await Promise.all([this.#collectOtel?.(), this.#registry.collect()]);
    return collected;
  }
}

async function within<T>(timeoutMillis: number, promise: Promise<T>): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`the collection took longer than ${timeoutMillis} ms`));
  }, timeoutMillis).unref();
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

// One collection for all who ask at the same time, within a deadline.
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Registry } from '../../core/recording/registry.ts';

/** What the application recorded through the OpenTelemetry API, cumulative. */
export type CollectOtel = () => Promise<ResourceMetrics | undefined>;

export class Collection {
  readonly #registry: Registry;
  readonly #collectOtel: CollectOtel | undefined;
  readonly #timeoutMillis: number;
  /** Kept until it ends, however late: one that hangs is not begun again at every scrape. */
  #running: Promise<ResourceMetrics | undefined> | undefined;

  constructor(registry: Registry, collectOtel: CollectOtel | undefined, timeoutMillis: number) {
    this.#registry = registry;
    this.#collectOtel = collectOtel;
    this.#timeoutMillis = timeoutMillis;
  }

  /** Brings the cells up to date and answers with everything else. Rejects with the reason when that failed. */
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

// BullMQ queues whose depth is polled ten times a second: a copy of the library, its Redis, and the attached instrumentation.
import { createRequire } from 'node:module';
import type * as BullMQ from 'bullmq';
import type * as BullMQ5 from 'bullmq5';
import { expect } from 'vitest';
import { Registry } from '../../../src/core/recording/registry.ts';
import { type Sample, samplesOf } from '../../../src/core/recording/samples.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { bullmqQueues } from '../../../src/instrumentations/bullmq/bullmq-queues.ts';
import { SETTINGS } from '../contracts/instrumentation-settings.ts';
import { type Depth, depthInRedis, depthOnPage } from '../samples/queue-depth.ts';
import { valueOf } from '../samples/samples.ts';
import { type RedisProcess, startRedis } from '../servers/redis-process.ts';
import { testsWithServer } from '../with-program.ts';
import { freshCopy } from './fresh-copy.ts';
import { eventually } from './http-traffic.ts';

const require = createRequire(import.meta.url);

const POLL_SECONDS = 0.1;

/** The key of the lock that a process holds while it polls the queue `mail`. */
export const LOCK = 'promtel:queue-poll:bull:mail';

/** The supported versions, by the names that they are installed under. Tests use the types of the first. */
interface Versions {
  readonly bullmq: typeof BullMQ;
  readonly bullmq5: typeof BullMQ5;
}

type PackageName = keyof Versions;

export const BULLMQ: readonly PackageName[] = ['bullmq', 'bullmq5'];

/** Defines a test with an empty Redis and polled queues in it. */
type PollingTest = (title: string, run: (queues: PolledQueues) => Promise<void>) => void;

/** Defines tests that share a Redis. */
export function pollingTestOf(packageName: PackageName): PollingTest {
  const testWithRedis = testsWithServer('redis-server', (program) => startRedis(program));
  return (title, run) =>
    testWithRedis(title, async (redis) => {
      await redis.cli('flushall');
      await using queues = new PolledQueues(packageName, redis);
      await run(queues);
    });
}

/** Waits for a number of poll intervals. */
export function intervals(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * POLL_SECONDS * 1000));
}

interface Closable {
  on(event: 'error', listener: () => void): unknown;
  close(force?: boolean): Promise<unknown>;
}

type Redis = Pick<RedisProcess, 'cli' | 'port'>;

export class PolledQueues implements AsyncDisposable {
  readonly redis: Redis;
  readonly registry = new Registry();
  readonly attached: AttachedInstrumentation;
  readonly library: typeof BullMQ;
  readonly #attached: AttachedInstrumentation[] = [];
  readonly #open: Closable[] = [];

  constructor(packageName: PackageName, redis: Redis, queuePollSeconds = POLL_SECONDS) {
    this.redis = redis;
    this.attached = this.attach(bullmqQueues, queuePollSeconds);
    this.library = freshCopy(require, packageName) as typeof BullMQ;
  }

  attach(instrumentation: Instrumentation, queuePollSeconds = POLL_SECONDS): AttachedInstrumentation {
    const one = attach(instrumentation, this.registry, { ...SETTINGS, queuePollSeconds });
    this.#attached.push(one);
    return one;
  }

  queue(options: Partial<BullMQ.QueueOptions> = {}, name = 'mail'): BullMQ.Queue {
    return this.#opened(new this.library.Queue(name, { ...this.#connection(), ...options }));
  }

  worker(processor?: BullMQ.Processor, options: Partial<BullMQ.WorkerOptions> = {}, name = 'mail'): BullMQ.Worker {
    return this.#opened(new this.library.Worker(name, processor, { ...this.#connection(), ...options }));
  }

  flows(): BullMQ.FlowProducer {
    return this.#opened(new this.library.FlowProducer(this.#connection()));
  }

  page(): Sample[] {
    return samplesOf(this.registry);
  }

  depthOnPage(queue = 'mail'): Depth | undefined {
    return depthOnPage(this.page(), queue);
  }

  /** The queue is named with its prefix. */
  depthInRedis(queue = 'bull:mail'): Promise<Depth> {
    return depthInRedis(this.redis, queue);
  }

  /** In seconds; undefined if the queue has no series. */
  oldestAge(queue = 'mail'): number | undefined {
    return valueOf(this.page(), 'queue.oldest_job.age', { 'queue.name': queue });
  }

  failures(): number | undefined {
    return this.registry.failedCallbacks.get('queue.jobs');
  }

  /** How often Redis ran a command since `config resetstat`. */
  async calls(command: string): Promise<number> {
    const stats = await this.redis.cli('info', 'commandstats');
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  }

  /** Resolves when a queue is on the page. */
  async shown(queue = 'mail'): Promise<void> {
    await eventually(() => expect(this.depthOnPage(queue)).toBeDefined());
  }

  /** Closes all queues, workers and flows; done at the end anyway, but a test may stop its Redis before. */
  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((one) => one.close(true)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    const attached = this.#attached.splice(0);
    for (const one of attached) one.detach();
    expect(attached.map(({ failure }) => failure)).toEqual(attached.map(() => undefined));
  }

  #connection(): { connection: BullMQ.RedisOptions } {
    return { connection: { port: this.redis.port } };
  }

  #opened<Opened extends Closable>(one: Opened): Opened {
    // BullMQ emits an error event when Redis is away, which must have a listener.
    one.on('error', () => {});
    this.#open.push(one);
    return one;
  }
}

// Tests of both major versions of BullMQ against a real Redis: each with a queue of its own, and the counts of its jobs.
import { createRequire } from 'node:module';
import type { FlowProducer, Processor, Queue, QueueOptions, Worker, WorkerOptions } from 'bullmq';
import { describe, expect } from 'vitest';
import type { Sample } from '../../../src/core/recording/samples.ts';
import { bullmq as instrumentation } from '../../../src/instrumentations/bullmq/bullmq.ts';
import { freshCopy } from '../apps/fresh-copy.ts';
import { eventually } from '../apps/http-traffic.ts';
import { type AttachedAlone, whileAttached } from '../samples/samples.ts';
import { testsWithServer } from '../with-program.ts';
import { startRedis } from './redis-process.ts';

type Library = typeof import('bullmq');

/** The counts of series of jobs, by metric, name, outcome and error, such as `duration mail failed RangeError`. */
type Counts = Readonly<Record<string, number>>;

export interface BullmqTools {
  /** A copy of BullMQ that was loaded after the instrumentation was attached. */
  readonly library: Library;
  /** An empty queue. */
  readonly queue: Queue;
  readonly measured: AttachedAlone;
  readonly flowsOf: () => FlowProducer;
  /** Starts a worker of the queue, which is closed after the test. */
  readonly work: (processor?: string | Processor | null, options?: Partial<WorkerOptions>) => Worker;
  /** The counts of the queue's jobs, but for those that are 0. */
  readonly counts: () => Promise<Counts>;
  /** Waits until the counts are exactly these. */
  readonly eventuallyCounts: (expected: Counts) => Promise<void>;
  /** Waits until these are among the counts. */
  readonly eventuallyIncludes: (expected: Counts) => Promise<void>;
  /** The sum of a histogram over the queue's jobs, in seconds. */
  readonly sumOf: (metric: 'job.duration' | 'job.wait.duration') => Promise<number>;
}

export type BullmqTest = (title: string, run: (tools: BullmqTools) => Promise<void>) => void;

const require = createRequire(import.meta.url);

/** Defines tests for each version, with the instrumentation attached. */
export function testsWithBullmq(define: (it: BullmqTest) => void): void {
  describe.each(['bullmq', 'bullmq5'])('%s', (packageName) => {
    const testWithRedis = testsWithServer('redis-server', (program) => startRedis(program));
    let count = 0;
    define((title, run) =>
      testWithRedis(title, async (redis) => {
        const open: Closable[] = [];
        try {
          await whileAttached(instrumentation, (measured) =>
            run(toolsOf(freshCopy(require, packageName) as Library, redis.port, `queue-${(count += 1)}`, measured, open)),
          );
        } finally {
          await Promise.all(open.map((one) => one.close(true)));
        }
      }));
  });
}

interface Closable {
  close(isForced?: boolean): Promise<unknown>;
}

function toolsOf(library: Library, port: number, name: string, measured: AttachedAlone, open: Closable[]): BullmqTools {
  const connection: QueueOptions = { connection: { port, maxRetriesPerRequest: null } };
  const opened = <Opened extends Closable>(one: Opened): Opened => {
    open.push(one);
    return one;
  };
  const samples = async (): Promise<Sample[]> =>
    (await measured.read()).filter(({ attributes }) => attributes['queue.name'] === name);
  const counts = async (): Promise<Counts> => countsOf(await samples());
  return {
    library,
    queue: opened(new library.Queue(name, connection)),
    measured,
    flowsOf: () => opened(new library.FlowProducer(connection)),
    work: (processor, options = {}) =>
      opened(new library.Worker(name, processor, { ...connection, ...options })).on('error', () => {}),
    counts,
    eventuallyCounts: (expected) => eventually(async () => expect(await counts()).toEqual(expected)),
    eventuallyIncludes: (expected) => eventually(async () => expect(await counts()).toMatchObject(expected)),
    async sumOf(metric) {
      const own = (await samples()).filter((sample) => sample.name === metric);
      return own.reduce((total, { sum = 0 }) => total + sum, 0);
    },
  };
}

/** The metrics whose counts are compared. One that is added later has tests of its own, and leaves these as they are. */
const COUNTED = new Set(['job.duration', 'job.wait.duration', 'job.active', 'job.added', 'job.retries', 'job.stalled']);

function countsOf(samples: readonly Sample[]): Counts {
  const shown = samples.filter(({ name, value }) => COUNTED.has(name) && value !== 0);
  return Object.fromEntries(
    shown.map(({ name, attributes, value }) => {
      const parts = [name.slice('job.'.length), attributes['job.name'], attributes['job.outcome'], attributes['error.type']];
      return [parts.filter((part) => part !== undefined).join(' '), value];
    }),
  );
}

/** The same count for each of some kinds of jobs. */
export function ofEach(kinds: readonly string[], keyOf: (kind: string) => string, count = 1): Counts {
  return Object.fromEntries(kinds.map((kind) => [keyOf(kind), count]));
}

// Tests of both major versions of BullMQ against a real Redis: each with a queue of its own, and what was measured of it.
import { createRequire } from 'node:module';
import type { FlowProducer, Processor, Queue, QueueOptions, Worker, WorkerOptions } from 'bullmq';
import { describe, expect } from 'vitest';
import type { Sample } from '../../../src/core/recording/samples.ts';
import { bullmq as instrumentation } from '../../../src/instrumentations/bullmq/bullmq.ts';
import { attachAlone, type Readings } from '../samples/samples.ts';
import { startRedis } from '../servers/redis-process.ts';
import { testsWithServer } from '../with-program.ts';
import { freshCopy } from './fresh-copy.ts';
import { eventually } from './http-traffic.ts';

type Library = typeof import('bullmq');

/** How often what was measured: a metric of jobs, the kind of job, outcome and error, such as `duration mail failed RangeError`. */
type Counts = Readonly<Record<string, number>>;

export interface BullmqTools {
  /** BullMQ, which was loaded anew. */
  readonly library: Library;
  /** A queue to which nothing was added yet. */
  readonly queue: Queue;
  readonly readings: Readings;
  readonly flowsOf: () => FlowProducer;
  /** Makes a worker of the queue, which is closed after the test. */
  readonly work: (processor?: string | Processor | null, options?: Partial<WorkerOptions>) => Worker;
  /** What was measured of the queue's jobs, without what is 0. */
  readonly told: () => Promise<Counts>;
  /** Waits until exactly this has been measured. */
  readonly eventuallyTold: (expected: Counts) => Promise<void>;
  /** Waits until this has been measured, whatever else. */
  readonly eventuallyToldOf: (expected: Counts) => Promise<void>;
  /** The sum of what a histogram was told of the queue. */
  readonly secondsOf: (metric: 'job.duration' | 'job.wait.duration') => Promise<number>;
}

export type BullmqTest = (title: string, run: (tools: BullmqTools) => Promise<void>) => void;

const require = createRequire(import.meta.url);

/** Defines tests for each version; the instrumentation is attached in each, and has not failed at its end. */
export function testsWithBullmq(define: (it: BullmqTest) => void): void {
  describe.each(['bullmq', 'bullmq5'])('%s', (packageName) => {
    const testWithRedis = testsWithServer('redis-server', (program) => startRedis(program));
    let count = 0;
    define((title, run) =>
      testWithRedis(title, async (redis) => {
        const readings = attachAlone(instrumentation);
        const open: Closable[] = [];
        try {
          await run(toolsOf(freshCopy(require, packageName) as Library, redis.port, `queue-${(count += 1)}`, readings, open));
        } finally {
          readings.attached.detach();
          await Promise.all(open.map((one) => one.close(true)));
        }
        expect(readings.attached.failure).toBeUndefined();
      }));
  });
}

interface Closable {
  close(isForced?: boolean): Promise<unknown>;
}

function toolsOf(library: Library, port: number, name: string, readings: Readings, open: Closable[]): BullmqTools {
  const connection: QueueOptions = { connection: { port, maxRetriesPerRequest: null } };
  const opened = <Opened extends Closable>(one: Opened): Opened => {
    open.push(one);
    return one;
  };
  const samples = async (): Promise<Sample[]> =>
    (await readings.read()).filter(({ attributes }) => attributes['queue.name'] === name);
  const told = async (): Promise<Counts> => countsOf(await samples());
  return {
    library,
    queue: opened(new library.Queue(name, connection)),
    readings,
    flowsOf: () => opened(new library.FlowProducer(connection)),
    work: (processor, options = {}) =>
      opened(new library.Worker(name, processor, { ...connection, ...options })).on('error', () => {}),
    told,
    eventuallyTold: (expected) => eventually(async () => expect(await told()).toEqual(expected)),
    eventuallyToldOf: (expected) => eventually(async () => expect(await told()).toMatchObject(expected)),
    async secondsOf(metric) {
      const own = (await samples()).filter((sample) => sample.name === metric);
      return own.reduce((total, { sum = 0 }) => total + sum, 0);
    },
  };
}

function countsOf(samples: readonly Sample[]): Counts {
  const shown = samples.filter(({ name, value }) => name.startsWith('job.') && value !== 0);
  return Object.fromEntries(
    shown.map(({ name, attributes, value }) => {
      const parts = [name.slice('job.'.length), attributes['job.name'], attributes['job.outcome'], attributes['error.type']];
      return [parts.filter((part) => part !== undefined).join(' '), value];
    }),
  );
}

/** The same count of each kind of job. */
export function ofEach(kinds: readonly string[], keyOf: (kind: string) => string, count = 1): Counts {
  return Object.fromEntries(kinds.map((kind) => [keyOf(kind), count]));
}

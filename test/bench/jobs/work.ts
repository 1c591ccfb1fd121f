// A queue and its worker in one process: jobs are added and worked on until they are done, sixteen at a time.
import type { KeyPrefixOptions, Queue, QueueBaseOptions, Worker } from 'bullmq';
import { nanosPerCall } from '../kit/cpu.ts';

/** A copy of BullMQ. */
export interface Library {
  readonly Queue: typeof Queue;
  readonly Worker: typeof Worker;
}

export type WorkOptions = QueueBaseOptions & KeyPrefixOptions;

/** Does so many jobs; gives microseconds of CPU time for each. */
export type DoJobs = (jobs: number) => Promise<number>;

const AT_A_TIME = 16;

/** Starts a worker of a queue, with a connection of its own each. */
export async function startWork(library: Library, options: WorkOptions): Promise<DoJobs> {
  const queue = new library.Queue('work', { ...options, defaultJobOptions: { removeOnComplete: true } });
  /** Who waits for a job to be completed, by its id. */
  const waiting = new Map<string, () => void>();
  const completed = new Set<string>();
  const worker = new library.Worker('work', () => Promise.resolve('done'), { ...options, concurrency: AT_A_TIME });
  worker.on('completed', ({ id }) => {
    completed.add(id!);
    waiting.get(id!)?.();
  });
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  return async (jobs) => (await nanosPerCall(runJob, jobs, AT_A_TIME)) / 1000;

  async function runJob(): Promise<void> {
    const { id } = await queue.add('job', { some: 'data' });
    if (!completed.delete(id!)) {
      await new Promise<void>((resolve) => waiting.set(id!, resolve));
      waiting.delete(id!);
      completed.delete(id!);
    }
  }
}

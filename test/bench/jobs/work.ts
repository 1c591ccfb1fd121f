// Runs jobs on a BullMQ queue and worker in one process: adds them and waits for completion, sixteen at a time.
import type { KeyPrefixOptions, Queue, QueueBaseOptions, Worker } from 'bullmq';
import { nanosPerCall } from '../kit/cpu.ts';

/** A copy of BullMQ. */
export interface Library {
  readonly Queue: typeof Queue;
  readonly Worker: typeof Worker;
}

export type WorkOptions = QueueBaseOptions & KeyPrefixOptions;

/** Runs jobs; returns CPU microseconds per job. */
export type RunJobs = (jobs: number) => Promise<number>;

const AT_A_TIME = 16;

/** Starts a queue and its worker, each with its own connection. */
export async function startWork(library: Library, options: WorkOptions): Promise<RunJobs> {
  const queue = new library.Queue('work', { ...options, defaultJobOptions: { removeOnComplete: true } });
  /** Resolves the wait for a job, by its id. */
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

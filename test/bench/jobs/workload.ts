// One round of jobs: adds them and works on them in the same process, so that its CPU time is the cost of a job from end to end.
import { type KeyPrefixOptions, Queue, type QueueBaseOptions, Worker } from 'bullmq';
import { answerQuestions } from '../kit/answer.ts';
import { nanosPerCall } from '../kit/cpu.ts';

/** What is asked of a process: how many jobs. */
export interface Round {
  readonly jobs: number;
}

export interface JobCost {
  /** CPU time for each job. */
  readonly cpuMicros: number;
}

/** What the process is started with: the port of its Redis, and a module that has telemetry for BullMQ, if any. */
const [redisPort, telemetryModule] = process.argv.slice(2);

const AT_A_TIME = 16;

const options: QueueBaseOptions & KeyPrefixOptions = {
  connection: { host: '127.0.0.1', port: Number(redisPort) },
  prefix: `bench-${process.pid}`,
};
if (telemetryModule !== undefined)
  options.telemetry = ((await import(telemetryModule)) as { telemetry: NonNullable<QueueBaseOptions['telemetry']> }).telemetry;

const queue = new Queue('work', { ...options, defaultJobOptions: { removeOnComplete: true } });
/** Who waits for a job to be completed, by its id. */
const waiting = new Map<string, () => void>();
const completed = new Set<string>();
const worker = new Worker('work', () => Promise.resolve('done'), { ...options, concurrency: AT_A_TIME });
worker.on('completed', ({ id }) => {
  completed.add(id!);
  waiting.get(id!)?.();
});
await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);

answerQuestions(async ({ jobs }: Round): Promise<JobCost> => {
  const nanos = await nanosPerCall(runJob, jobs, AT_A_TIME);
  return { cpuMicros: nanos / 1000 };
});

async function runJob(): Promise<void> {
  const { id } = await queue.add('job', { some: 'data' });
  if (!completed.delete(id!)) {
    await new Promise<void>((resolve) => waiting.set(id!, resolve));
    waiting.delete(id!);
    completed.delete(id!);
  }
}

// One round of jobs: adds them and works on them in the same process, so that its CPU time is the cost of a job from end to end.
import * as bullmq from 'bullmq';
import { answerQuestions } from '../kit/answer.ts';
import { startWork, type WorkOptions } from './work.ts';

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

const options: WorkOptions = { connection: { host: '127.0.0.1', port: Number(redisPort) }, prefix: `bench-${process.pid}` };
if (telemetryModule !== undefined)
  options.telemetry = ((await import(telemetryModule)) as { telemetry: NonNullable<WorkOptions['telemetry']> }).telemetry;

const doJobs = await startWork(bullmq, options);
answerQuestions(async ({ jobs }: Round): Promise<JobCost> => ({ cpuMicros: await doJobs(jobs) }));

// The process of the jobs benchmark: adds jobs and works on them, so that its CPU time is the whole cost of a job.
import * as bullmq from 'bullmq';
import { answerQuestions } from '../kit/answer.ts';
import { startWork, type WorkOptions } from './work.ts';

/** One round: the number of jobs. */
export interface Round {
  readonly jobs: number;
}

export interface JobCost {
  /** CPU time per job. */
  readonly cpuMicros: number;
}

/** Arguments: the port of Redis, and optionally a module that exports `telemetry` for BullMQ. */
const [redisPort, telemetryModule] = process.argv.slice(2);

const options: WorkOptions = { connection: { host: '127.0.0.1', port: Number(redisPort) }, prefix: `bench-${process.pid}` };
if (telemetryModule !== undefined)
  options.telemetry = ((await import(telemetryModule)) as { telemetry: NonNullable<WorkOptions['telemetry']> }).telemetry;

const runJobs = await startWork(bullmq, options);
answerQuestions(async ({ jobs }: Round): Promise<JobCost> => ({ cpuMicros: await runJobs(jobs) }));

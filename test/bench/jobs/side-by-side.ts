// Two copies of BullMQ and its client in one process, the second loaded when a peer is there: in rounds of a few milliseconds they
// meet the same machine, and nothing but what is measured of the second tells them apart.
import { createRequire } from 'node:module';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { answerQuestions } from '../kit/answer.ts';
import { type DoJobs, type Library, startWork, type WorkOptions } from './work.ts';
import type { Round } from './workload.ts';

export interface AddedCost {
  /** CPU time that a job of the second copy takes more than one of the first. */
  readonly addedMicros: number;
}

/**
 * What the process is started with: the port of its Redis, and the module of a peer, which follows by itself what is loaded after
 * it or has telemetry for BullMQ; without it both copies are bare.
 */
const [redisPort, peer] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const first = await startCopy('first');
const { telemetry } = peer === undefined ? {} : ((await import(peer)) as Pick<WorkOptions, 'telemetry'>);
const second = await startCopy('second', telemetry && { telemetry });
let isSecondFirst = false;

answerQuestions(async ({ jobs }: Round): Promise<AddedCost> => {
  isSecondFirst = !isSecondFirst;
  if (!isSecondFirst) {
    const bare = await first(jobs);
    return { addedMicros: (await second(jobs)) - bare };
  }
  const measured = await second(jobs);
  return { addedMicros: measured - (await first(jobs)) };
});

function startCopy(name: string, options?: Pick<WorkOptions, 'telemetry'>): Promise<DoJobs> {
  freshCopy(require, 'ioredis');
  const connection = { host: '127.0.0.1', port: Number(redisPort) };
  const library = freshCopy(require, 'bullmq') as Library;
  return startWork(library, { ...options, connection, prefix: `bench-${process.pid}-${name}` });
}

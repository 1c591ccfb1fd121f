// The process of the side-by-side jobs benchmark: two copies of BullMQ and ioredis, the first bare, the second with a peer.
// Rounds of a few milliseconds alternate between them, so that both run under the same conditions.
import { createRequire } from 'node:module';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { answerQuestions } from '../kit/answer.ts';
import { type RunJobs, type Library, startWork, type WorkOptions } from './work.ts';
import type { Round } from './workload.ts';

export interface AddedCost {
  /** CPU time of a job of the second copy minus that of the first. */
  readonly addedMicros: number;
}

/**
 * Arguments: the port of Redis, and the module of the peer, which instruments what is loaded after it or exports `telemetry` for
 * BullMQ; without it both copies are bare.
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

function startCopy(name: string, options?: Pick<WorkOptions, 'telemetry'>): Promise<RunJobs> {
  freshCopy(require, 'ioredis');
  const connection = { host: '127.0.0.1', port: Number(redisPort) };
  const library = freshCopy(require, 'bullmq') as Library;
  return startWork(library, { ...options, connection, prefix: `bench-${process.pid}-${name}` });
}

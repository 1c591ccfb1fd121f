// Two copies of BullMQ and its client in one process, the second loaded when promtel is there: in rounds of a few milliseconds they
// meet the same machine, and nothing but what is measured of the second tells them apart.
import { createRequire } from 'node:module';
import { freshCopy } from '../../kit/fresh-copy.ts';
import { answerQuestions } from '../kit/answer.ts';
import { type DoJobs, type Library, startWork } from './work.ts';
import type { Round } from './workload.ts';

export interface AddedCost {
  /** CPU time that a job of the second copy takes more than one of the first. */
  readonly addedMicros: number;
}

/** What the process is started with: the port of its Redis, and promtel's register module; without it both copies are bare. */
const [redisPort, register] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const first = await startCopy('first');
if (register !== undefined) await import(register);
const second = await startCopy('second');
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

function startCopy(name: string): Promise<DoJobs> {
  freshCopy(require, 'ioredis');
  const connection = { host: '127.0.0.1', port: Number(redisPort) };
  return startWork(freshCopy(require, 'bullmq') as Library, { connection, prefix: `bench-${process.pid}-${name}` });
}

// What the applications of the demos tell BullMQ: the Redis that REDIS_URL names, and how many jobs are kept.
import { Redis } from 'ioredis';

/** The prefix keeps the demos apart from other queues of that server. */
export const settings = {
  connection: new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { maxRetriesPerRequest: null }),
  prefix: 'promtel-demo',
};

/** The last jobs stay to be looked at; a queue that keeps all grows for ever. */
export const KEPT = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } };

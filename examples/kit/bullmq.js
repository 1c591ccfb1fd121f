// Options of BullMQ for the demos: the Redis at REDIS_URL, and how many finished jobs are kept.
import { Redis } from 'ioredis';

/** The prefix separates the demos from other queues of that server. */
export const settings = {
  connection: new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { maxRetriesPerRequest: null }),
  prefix: 'promtel-demo',
};

/** The latest finished jobs are kept for inspection; a queue that keeps all of them grows without bound. */
export const KEPT = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } };

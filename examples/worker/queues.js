// The queues that the API fills and the worker empties, in the Redis that REDIS_URL names.
import { Redis } from 'ioredis';

/** What an application tells BullMQ about its Redis. The prefix keeps the demo apart from other queues of that server. */
export const settings = {
  connection: new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { maxRetriesPerRequest: null }),
  prefix: 'promtel-demo',
};

export const ORDERS = 'orders';
export const MAIL = 'mail';
export const ALBUMS = 'albums';

/** The last jobs stay to be looked at; a queue that keeps all grows for ever. */
export const KEPT = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } };

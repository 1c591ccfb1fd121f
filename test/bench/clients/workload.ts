// One round of every client: Redis commands by ioredis and by node-redis, queries by pg, and gets of an lru-cache.
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import { createClient } from 'redis';
import { answerQuestions } from '../kit/answer.ts';
import { nanosPerCall, nanosPerOperation } from '../kit/cpu.ts';

/** What is asked of a process. */
export interface Round {
  /** Calls of each client that has a server. */
  readonly calls: number;
  /** CPU time to spend on the cache, in milliseconds. */
  readonly cacheMillis: number;
}

/** Nanoseconds of CPU time by what was done, and how often a process has done it so far. */
export interface ClientCosts {
  readonly nanos: Readonly<Record<string, number>>;
  readonly done: Readonly<Record<string, number>>;
}

/** What the process is started with: the addresses of its Redis and its Postgres. */
const [redisUrl, postgresUrl] = process.argv.slice(2);

const AT_A_TIME = 16;
/** Few, since every process of the benchmark has as many. */
const PG_CLIENTS = 4;
const KEYS = Array.from({ length: 1000 }, (_, index) => `key-${index}`);

const ioredis = new Redis(redisUrl!);
const nodeRedis = await createClient({ url: redisUrl! }).connect();
const pool = new pg.Pool({ connectionString: postgresUrl!, max: PG_CLIENTS });
const cache = new LRUCache<string, number>({ max: KEYS.length });
for (const [index, key] of KEYS.entries()) cache.set(key, index);
await ioredis.set('key', 'value');

/** What a client does, by what the figures call it. */
const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  'ioredis get': () => ioredis.get('key'),
  'node-redis get': () => nodeRedis.get('key'),
  'pg select': () => pool.query('select $1::int as number', [1]),
};

const done: Record<string, number> = {};

answerQuestions(async ({ calls, cacheMillis }: Round): Promise<ClientCosts> => {
  const nanos: Record<string, number> = {};
  for (const [name, call] of Object.entries(CALLS)) {
    nanos[name] = await nanosPerCall(call, calls, AT_A_TIME);
    done[name] = (done[name] ?? 0) + calls;
  }
  const gets = nanosPerOperation(getEveryKey, KEYS.length, cacheMillis);
  nanos['lru-cache get'] = gets.nanos;
  done['lru-cache get'] = (done['lru-cache get'] ?? 0) + gets.operations;
  return { nanos, done };
});

function getEveryKey(): void {
  let sum = 0;
  for (const key of KEYS) sum += cache.get(key)!;
  if (sum !== (KEYS.length * (KEYS.length - 1)) / 2) throw new Error('the cache has lost something');
}

// The process of the clients benchmark: Redis commands (ioredis, node-redis), queries (pg) or look-ups (lru-cache).
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import { createClient } from 'redis';
import { answerQuestions } from '../kit/answer.ts';
import { cpuNanosSince, nanosPerCall } from '../kit/cpu.ts';

/** One round: the number of calls. */
export interface Round {
  readonly calls: number;
}

export interface CallCost {
  /** CPU time per call. */
  readonly nanos: number;
}

/** Makes the calls of a round; returns CPU nanoseconds per call. */
type MakeCalls = (calls: number) => number | Promise<number>;

const AT_A_TIME = 16;
/** Few, since every process of the benchmark opens as many. */
const PG_CLIENTS = 4;
const KEYS = Array.from({ length: 1000 }, (_, index) => `key-${index}`);

/** Sets up a client, by the name of the operation in the report. */
const CLIENTS: Readonly<Record<string, (url: string) => Promise<MakeCalls>>> = {
  async 'ioredis get'(url) {
    const client = new Redis(url);
    await client.set('key', 'value');
    return manyOf(() => client.get('key'));
  },
  async 'node-redis get'(url) {
    const client = await createClient({ url }).connect();
    await client.set('key', 'value');
    return manyOf(() => client.get('key'));
  },
  async 'pg select'(url) {
    const pool = new pg.Pool({ connectionString: url, max: PG_CLIENTS });
    return manyOf(() => pool.query('select $1::int as number', [1]));
  },
  async 'lru-cache get'() {
    const cache = new LRUCache<string, number>({ max: KEYS.length });
    for (const [index, key] of KEYS.entries()) cache.set(key, index);
    return (calls) => {
      const start = process.cpuUsage();
      for (let done = 0; done < calls; done += KEYS.length) getEveryKey(cache);
      return cpuNanosSince(start) / calls;
    };
  },
};

/** Arguments: the operation, and the URL of the server if it needs one. */
const [name, url] = process.argv.slice(2);

const makeCalls = await CLIENTS[name!]!(url!);
answerQuestions(async ({ calls }: Round): Promise<CallCost> => ({ nanos: await makeCalls(calls) }));

function manyOf(call: () => Promise<unknown>): MakeCalls {
  return (calls) => nanosPerCall(call, calls, AT_A_TIME);
}

function getEveryKey(cache: LRUCache<string, number>): void {
  let sum = 0;
  for (const key of KEYS) sum += cache.get(key)!;
  if (sum !== (KEYS.length * (KEYS.length - 1)) / 2) throw new Error('the cache lost items');
}

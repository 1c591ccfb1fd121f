// What a BullMQ queue holds, read from Redis in one round trip by whoever is elected to read it.
import type { QueueDepth, QueueState } from '../../recorders/jobs/queue-depths.ts';
import { type RedisClient, runScript } from './redis-script.ts';

/** A queue as BullMQ has it. */
export interface Queue {
  /** Prefix and name, such as `bull:mail`. */
  readonly qualifiedName: string;
  toKey(type: string): string;
}

/** The keys of Redis that tell of a queue. */
export interface QueueKeys {
  readonly lock: string;
  /** As many as there are states, in their order, and what else is known of the queue. */
  readonly read: readonly string[];
  /** What precedes the id of a job. */
  readonly jobs: string;
}

/** Each state, and where its jobs are: first the lists, then the sorted sets, as the script counts them. */
const STATES = [
  ['waiting', 'wait'],
  ['active', 'active'],
  ['paused', 'paused'],
  ['prioritized', 'prioritized'],
  ['delayed', 'delayed'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['waiting-children', 'waiting-children'],
] as const satisfies readonly (readonly [QueueState, string])[];

/**
 * Election and reading are one script, so that only the elected process ever reads: whoever holds the lock renews it, and it
 * goes to the first who asks when it has run out. The values: token, life of the lock in milliseconds, 1 to read, start of job keys.
 *
 * Jobs are worked on in the order in which they came, but for those that are put in front: parents, stalled ones, the last that came
 * first. So the oldest is among the first of a list, or its last; of each priority, it is the first in front, the first behind those,
 * or the last. Of many priorities the least urgent are looked at, which starve.
 *
 * A job waits from when it was added or its delay was over; a repeated one from the start of the attempt before and its backoff.
 * Nothing in Redis tells since when a parent waits, or a job that was retried by hand: they count from when they were added. The
 * jobs of a paused queue go on waiting.
 */
const POLL = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return { 0 } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if ARGV[3] ~= '1' then return { 1 } end

local answer = { 1 }
for i = 2, 4 do answer[i] = redis.call('LLEN', KEYS[i]) end
for i = 5, 9 do answer[i] = redis.call('ZCARD', KEYS[i]) end
answer[10] = redis.call('HEXISTS', KEYS[10], 'paused')

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = now

local function backoffOf(options, attempts)
  local backoff = options.backoff
  if type(backoff) ~= 'table' then return tonumber(backoff) or 0 end
  local delay = tonumber(backoff.delay) or 0
  return backoff.type == 'exponential' and delay * 2 ^ (attempts - 1) or delay
end

local function look(id)
  if not id then return end
  local job = redis.call('HMGET', ARGV[4] .. id, 'timestamp', 'processedOn', 'atm', 'opts')
  local added, started, attempts = tonumber(job[1]), tonumber(job[2]), tonumber(job[3]) or 0
  if not added then return end
  local isRead, options = pcall(cjson.decode, job[4])
  if not isRead or type(options) ~= 'table' then options = {} end
  local since
  if started then since = started + (attempts > 0 and backoffOf(options, attempts) or 0)
  else since = added + (tonumber(options.delay) or 0) end
  oldest = math.min(oldest, since)
end

for _, list in ipairs({ KEYS[2], KEYS[4] }) do
  look(redis.call('LINDEX', list, 0))
  for _, id in ipairs(redis.call('LRANGE', list, -100, -1)) do look(id) end
end
local below = '+inf'
for _ = 1, 50 do
  local last = redis.call('ZREVRANGEBYSCORE', KEYS[5], below, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if not last[1] then break end
  local front = string.format('%.0f', math.floor(last[2] / 4294967296) * 4294967296)
  below = '(' .. front
  look(last[1])
  look(redis.call('ZRANGEBYSCORE', KEYS[5], front, '+inf', 'LIMIT', 0, 1)[1])
  look(redis.call('ZRANGEBYSCORE', KEYS[5], below, '+inf', 'LIMIT', 0, 1)[1])
end
local due = redis.call('ZRANGE', KEYS[6], 0, 0, 'WITHSCORES')[2]
if due then oldest = math.min(oldest, math.floor(due / 4096)) end
answer[11] = now - oldest
return answer
`;

const GIVE_UP = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

export function keysOf(queue: Queue): QueueKeys {
  return {
    // Named after the queue, and so in its slot of a cluster, if its prefix says one.
    lock: `promtel:queue-poll:${queue.qualifiedName}`,
    read: [...STATES.map(([, type]) => queue.toKey(type)), queue.toKey('meta')],
    jobs: queue.toKey(''),
  };
}

export interface PollRequest {
  /** Who asks. */
  readonly token: string;
  /** How long it is elected for, if it is. */
  readonly lockMillis: number;
  /** Whether it would have the depth, rather than only stay elected. */
  readonly isReading: boolean;
}

export interface PollAnswer {
  readonly isElected: boolean;
  readonly depth?: QueueDepth;
}

/** Asks to be, or to stay, the one who reads a queue, and reads it. */
export async function pollQueue(client: RedisClient, keys: QueueKeys, request: PollRequest): Promise<PollAnswer> {
  const values = [request.token, String(request.lockMillis), request.isReading ? '1' : '0', keys.jobs];
  const answer = await runScript(client, POLL, [keys.lock, ...keys.read], values);
  if (!Array.isArray(answer)) throw new Error('Redis answered no list');
  const [isElected, ...figures] = answer.map(Number);
  if (figures.length === 0) return { isElected: isElected === 1 };
  const [isPaused, oldestJobAgeMillis = NaN] = figures.slice(STATES.length);
  return {
    isElected: true,
    depth: {
      jobs: STATES.map(([state], index) => [state, figures[index] ?? NaN] as const),
      oldestJobAgeSeconds: oldestJobAgeMillis / 1000,
      isPaused: isPaused === 1,
    },
  };
}

/** Makes room for another process at once; without it, that would wait until the lock has run out. */
export async function giveUp(client: RedisClient, keys: QueueKeys, token: string): Promise<void> {
  await runScript(client, GIVE_UP, [keys.lock], [token]);
}

// The depth of a BullMQ queue, read from Redis in one round trip by the process that is elected to read it.
import type { QueueReading } from '../../recorders/jobs/queue-state.ts';
import { type RedisClient, runScript } from './redis-script.ts';

/** A queue as BullMQ has it. */
export interface Queue {
  /** Prefix and name, such as `bull:mail`. */
  readonly qualifiedName: string;
  toKey(type: string): string;
}

/** The keys of a queue in Redis. */
export interface QueueKeys {
  readonly lock: string;
  /** Where the jobs of each state are, in the order of the states, and then the queue's own settings. */
  readonly read: readonly string[];
  /** The key of a job without its id. */
  readonly jobPrefix: string;
}

/** Each state, and BullMQ's key of its jobs: first the lists, then the sorted sets, as the script counts them. */
const STATES = [
  ['waiting', 'wait'],
  ['active', 'active'],
  ['paused', 'paused'],
  ['prioritized', 'prioritized'],
  ['delayed', 'delayed'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['waitingChildren', 'waiting-children'],
] as const satisfies readonly (readonly [keyof QueueReading, string])[];

/**
 * Election and reading are one script, so that only the elected process ever reads: the process that holds the lock renews it,
 * and once it has expired, the first one that runs the script gets it. The values: token, life of the lock in milliseconds, 1 to
 * read, prefix of job keys.
 *
 * Jobs are worked on in the order in which they were added, except those that are put in front: parents, stalled jobs, and the
 * last added first (`lifo`). So the oldest is among the first 100 of a list, or its last; of each priority, it is the first in
 * front, the first behind those, or the last. Of more than 50 priorities the least urgent are looked at, since their jobs wait
 * longest.
 *
 * A job waits from when it was added or its delay was over; a retried one from the start of the attempt before and its backoff.
 * Redis does not hold since when a parent waits, or a job that was retried by hand: they count from when they were added. The
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
    jobPrefix: queue.toKey(''),
  };
}

export interface PollRequest {
  /** The candidate: an id of the process and queue. */
  readonly token: string;
  /** For how long it is elected, if it is. */
  readonly lockMillis: number;
  /** Whether to read the depth as well, rather than only to stay elected. */
  readonly isReading: boolean;
}

export interface PollReply {
  readonly isElected: boolean;
  readonly depth?: QueueReading;
}

/** Elects this process to read a queue, or confirms that it is elected, and reads the queue. */
export async function pollQueue(client: RedisClient, keys: QueueKeys, request: PollRequest): Promise<PollReply> {
  const values = [request.token, String(request.lockMillis), request.isReading ? '1' : '0', keys.jobPrefix];
  const reply = await runScript(client, POLL, [keys.lock, ...keys.read], values);
  if (!Array.isArray(reply)) throw new Error('Redis answered no list');
  const [isElected, ...figures] = reply.map(Number);
  if (figures.length === 0) return { isElected: isElected === 1 };
  const counts = Object.fromEntries(STATES.map(([state], index) => [state, figures[index] ?? NaN]));
  const [isPaused, oldestMillis = NaN] = figures.slice(STATES.length);
  return { isElected: true, depth: { ...counts, oldestSeconds: oldestMillis / 1000, isPaused: isPaused === 1 } };
}

/** Makes room for another process at once, which would otherwise wait until the lock has expired. */
export async function resign(client: RedisClient, keys: QueueKeys, token: string): Promise<void> {
  await runScript(client, GIVE_UP, [keys.lock], [token]);
}

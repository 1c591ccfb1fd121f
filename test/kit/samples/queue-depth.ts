// The depth of a BullMQ queue: as samples or a metrics page have it, and as Redis itself does.
import type { Sample } from '../../../src/core/recording/samples.ts';
import type { RedisProcess } from '../servers/redis-process.ts';
import { parseExposition } from './parse-exposition.ts';

export interface Depth {
  readonly jobs: Readonly<Record<string, number>>;
  readonly isPaused: boolean;
}

/** Undefined if the queue has no series. */
export function depthOnPage(samples: readonly Sample[], queue: string): Depth | undefined {
  const own = samples.filter(({ attributes }) => attributes['queue.name'] === queue);
  const jobs = own.filter(({ name }) => name === 'queue.jobs');
  const paused = own.find(({ name }) => name === 'queue.paused');
  if (paused === undefined) return undefined;
  return {
    jobs: Object.fromEntries(jobs.map(({ attributes, value }) => [attributes['queue.state'], value])),
    isPaused: paused.value === 1,
  };
}

/** The same from the text of a metrics page. */
export function depthInExposition(page: string, queue: string): Depth | undefined {
  const families = parseExposition(page);
  const own = (family: string): { labels: Readonly<Record<string, string>>; value: number }[] =>
    families.get(family)?.samples.filter(({ labels }) => labels['queue_name'] === queue) ?? [];
  const [paused] = own('queue_paused');
  if (paused === undefined) return undefined;
  return {
    jobs: Object.fromEntries(own('queue_jobs').map(({ labels, value }) => [labels['queue_state'], value])),
    isPaused: paused.value === 1,
  };
}

/** The queue is named with its prefix, such as `bull:mail`. */
export async function depthInRedis({ cli }: Pick<RedisProcess, 'cli'>, queue: string): Promise<Depth> {
  const [waiting, active, paused] = await Promise.all(
    ['wait', 'active', 'paused'].map(async (list) => Number(await cli('llen', `${queue}:${list}`))),
  );
  const sets = ['prioritized', 'delayed', 'completed', 'failed', 'waiting-children'];
  const counts = await Promise.all(sets.map(async (set) => [set, Number(await cli('zcard', `${queue}:${set}`))] as const));
  return {
    jobs: { waiting: waiting!, active: active!, paused: paused!, ...Object.fromEntries(counts) },
    isPaused: (await cli('hexists', `${queue}:meta`, 'paused')) === '1',
  };
}

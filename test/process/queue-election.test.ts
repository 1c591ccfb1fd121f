// Processes that share BullMQ queues, unchanged: one of them polls each queue, another takes over, and none is kept from ending.
import { afterEach, describe, expect } from 'vitest';
import { eventually } from '../kit/apps/http-traffic.ts';
import { BULLMQ } from '../kit/apps/polled-queues.ts';
import { type App, killApps, runApp } from '../kit/apps/run-app.ts';
import { type Depth, depthInExposition, depthInRedis } from '../kit/samples/queue-depth.ts';
import { type QueuePoll, watchPolls } from '../kit/samples/queue-polls.ts';
import { type RedisProcess, startRedis } from '../kit/servers/redis-process.ts';
import { testWith } from '../kit/with-program.ts';

const POLL_SECONDS = 1;
const ENV = {
  PROMTEL_QUEUE_POLL_SECONDS: String(POLL_SECONDS),
  OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
  OTEL_EXPORTER_PROMETHEUS_PORT: '0',
};
const WORKER = 'queue-worker.mjs';
const API = 'queue-api.cjs';

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe.each(BULLMQ)('%s', (library) => {
  let redis: RedisProcess;

  const test = (title: string, run: () => Promise<void>): void =>
    testWith('redis-server', title, async (program) => {
      redis = await startRedis(program);
      await run();
    });
  afterEach(async () => {
    killApps();
    await redis?.[Symbol.asyncDispose]();
  });

  const run = (program: string, ...args: string[]): App =>
    runApp(['--import', './register.js', `test/process/fixtures/${program}`, library, redis.url, ...args], { env: ENV });
  const runBare = (program: string): App => runApp([`test/process/fixtures/${program}`, library, redis.url]);

  test('one of two workers and an API polls a queue, and another one takes over from it', async () => {
    await using reads = await watchPolls(redis, 'bull:mail');
    const apps = [run(WORKER), run(WORKER), run(API)];
    const api = apps[2]!;
    for (const app of apps) await app.line(/ready/);
    const first = await onlyReader(apps);
    await pause(4 * POLL_SECONDS);
    expect(reads.pollers).toBe(3);
    expect(readersIn(reads.all)).toHaveLength(1);
    expect(await onlyReader(apps)).toBe(first);

    for (let job = 0; job < 3; job += 1) await post(api, { name: 'short', data: { millis: 1 } });
    for (let job = 0; job < 2; job += 1) await post(api, { name: 'later', data: {}, delay: 60_000 });
    await post(api, { name: 'long', data: { millis: 3000 } });
    await eventually(async () => expect(await depthOf(first)).toMatchObject({ jobs: { completed: 3, delayed: 2, active: 1 } }));
    expect(await depthOf(first)).toEqual(await depthInRedis(redis, 'bull:mail'));

    first.signal('SIGKILL');
    const killedAtSeconds = Date.now() / 1000;
    const others = apps.filter((app) => app !== first);
    const second = await onlyReader(others);
    expect(readersIn(reads.all)).toHaveLength(2);
    const [before, after] = readersIn(reads.all);
    const takenOverAt = reads.all.find(({ reader }) => reader === after)!.atSeconds;
    expect(before).not.toBe(after);
    expect(takenOverAt - killedAtSeconds).toBeLessThan(2 * POLL_SECONDS);
    expect(await depthOf(second)).toMatchObject({ jobs: { delayed: 2 } });

    // A worker closes its queue and leaves it to the next at once; the API is ended by the signal, and its turn runs out.
    second.signal('SIGTERM');
    expect(await second.ended).toMatchObject(second === api ? { signal: 'SIGTERM' } : { code: 0, signal: null });
    const third = others.find((app) => app !== second)!;
    await eventually(async () => expect(await depthOf(third)).toEqual(await depthInRedis(redis, 'bull:mail')));
    expect(readersIn(reads.all)).toHaveLength(3);
    third.signal('SIGTERM');
    expect(await third.ended).toMatchObject(third === api ? { signal: 'SIGTERM' } : { code: 0, signal: null });
  });

  test('a process that closes its queue and its worker ends at once', async () => {
    const app = run('close-queues.mjs', '1500');
    await eventually(async () => expect(await redis.cli('exists', 'promtel:queue-poll:bull:mail')).toBe('1'));
    await app.line(/closed/);
    const closedAtMillis = Date.now();
    expect(await app.ended).toMatchObject({ code: 0, signal: null, stdout: 'closed\n' });
    expect(Date.now() - closedAtMillis).toBeLessThan(1000);
    expect(await redis.cli('exists', 'promtel:queue-poll:bull:mail')).toBe('0');
  });

  test('an outage of Redis is a gap and a failure that is reported once, and nothing else to the application', async () => {
    const [worker, bare] = [run(WORKER), runBare(WORKER)];
    for (const app of [worker, bare]) await app.line(/ready/);
    await onlyReader([worker]);
    await redis[Symbol.asyncDispose]();
    await eventually(async () => {
      const page = await pageOf(worker);
      expect(page).not.toMatch(/^queue_(jobs|paused|oldest)/m);
      expect(page).toMatch(/^promtel_collection_errors_total{collection_subject="queue.jobs"} [1-9]/m);
    });
    await pause(2 * POLL_SECONDS);
    expect(linesOf(worker)).toEqual(linesOf(bare));
    redis = await startRedis(redis.program, redis.port);
    await onlyReader([worker]);
    expect(await depthOf(worker)).toEqual(await depthInRedis(redis, 'bull:mail'));
    for (const app of [worker, bare]) app.signal('SIGTERM');
    const [ending, bareEnding] = await Promise.all([worker.ended, bare.ended]);
    expect(ending).toMatchObject({ code: 0, signal: null });
    expect(bareEnding).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(ending.stderr.trimEnd().split('\n').slice(1)).toEqual(['promtel: queue.jobs: could not be read: Redis is away']);
  });
});

async function pageOf(app: App): Promise<string> {
  const url = (await app.line(/metrics at (http:[^\s,]+)/))[1]!;
  return (await fetch(url)).text();
}

async function depthOf(app: App): Promise<Depth | undefined> {
  return depthInExposition(await pageOf(app), 'mail');
}

/** Waits until exactly one of the pages has the queue, and gives the application whose page it is. */
async function onlyReader(apps: readonly App[]): Promise<App> {
  let readers: App[] = [];
  await eventually(async () => {
    const depths = await Promise.all(apps.map(depthOf));
    readers = apps.filter((_, index) => depths[index] !== undefined);
    expect(readers).toHaveLength(1);
  });
  return readers[0]!;
}

/** Each turn that somebody had at reading. */
function readersIn(reads: readonly QueuePoll[]): string[] {
  return reads.map(({ reader }) => reader).filter((reader, index, all) => reader !== all[index - 1]);
}

async function post(api: App, job: object): Promise<void> {
  const port = (await api.line(/ready at (\d+)/))[1]!;
  const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: JSON.stringify(job) });
  expect(answer.status).toBe(200);
}

/** The lines that the application has printed, each once. */
function linesOf(app: App): string[] {
  return [...new Set(app.stdout.trimEnd().split('\n'))].toSorted();
}

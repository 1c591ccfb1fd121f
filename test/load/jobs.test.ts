// 1,000 jobs of three kinds through real processes and a real Redis, one worker killed in the middle of a job: every count is exact,
// every duration within the bounds of the plan, and the depth of the queues as redis-cli has it.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, vi } from 'vitest';
import { eventually } from '../kit/apps/http-traffic.ts';
import { type App, killApps, runApp } from '../kit/apps/run-app.ts';
import { readPage, readSamples, sumsOf } from '../kit/samples/metrics-page.ts';
import type { ParsedSample } from '../kit/samples/parse-exposition.ts';
import { depthInExposition, depthInRedis } from '../kit/samples/queue-depth.ts';
import { type RedisProcess, startRedis } from '../kit/servers/redis-process.ts';
import { testWith } from '../kit/with-program.ts';
import {
  expectedCounts,
  expectedWorkers,
  JOB_COUNT,
  KEPT_JOBS,
  PLAN,
  runBounds,
  type Schedule,
  waitBounds,
} from './jobs-plan.ts';

const QUEUES = ['letters', 'reports'] as const;
const POLL_SECONDS = 1;

const COUNTS = /^job_(?:.*_(?:count|total)|active)$/;
const MAIL = 'job_name="mail",queue_name="letters"';

vi.setConfig({ testTimeout: 60_000 });
afterEach(() => killApps());

describe.each([
  ['bullmq', '--import', 'jobs.mjs'],
  ['bullmq', '--require', 'jobs.cjs'],
  ['bullmq5', '--import', 'jobs.mjs'],
  ['bullmq5', '--require', 'jobs.cjs'],
])('%s with %s ./register.js %s', (library, option, file) => {
  const start = (redis: RedisProcess, ...args: string[]): App =>
    runApp([option, './register.js', `test/load/fixtures/${file}`, ...args], {
      env: {
        LIBRARY: library,
        PLAN: JSON.stringify(PLAN),
        REDIS_PORT: String(redis.port),
        OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
        OTEL_EXPORTER_PROMETHEUS_PORT: '0',
        PROMTEL_QUEUE_POLL_SECONDS: String(POLL_SECONDS),
      },
      timeoutMillis: 55_000,
    });

  testWith('redis-server', `counts ${JOB_COUNT} jobs of several processes exactly`, async (program) => {
    await using redis = await startRedis(program);
    const addedFrom = Date.now();
    const api = start(redis, 'api');
    await api.line(/added all/);
    const addedUntil = Date.now();

    await killInTheMiddle(start(redis, 'victim', 'letters'));
    await expectDepth(redis, [api]);
    await expectAge(redis, api);

    const workedFrom = Date.now();
    const survivors = [api, start(redis, 'worker'), start(redis, 'worker')];
    const expected = expectedCounts();
    const samples = await pagesWhenDone(survivors, expected);
    expect(sumsOf(samples, COUNTS)).toEqual(expected);
    expect(sumsOf(samples, /^queue_(?:workers|concurrency)$/)).toEqual(expectedWorkers(2));
    expectTimes(samples, { addedFrom, addedUntil, workedFrom, workedUntil: Date.now() });

    await expectDepth(redis, survivors);
    for (const queue of QUEUES)
      expect(await depthInRedis(redis, `bull:${queue}`)).toMatchObject({
        jobs: { ...KEPT_JOBS[queue], waiting: 0, active: 0, delayed: 0, prioritized: 0 },
      });
    for (const app of survivors) expect(app.stderr).not.toContain('detached');
    for (const app of survivors) app.signal('SIGTERM');
    expect((await Promise.all(survivors.map(({ ended }) => ended))).map(({ code, signal }) => code ?? signal)).toEqual([0, 0, 0]);
  });
});

/** Kills a worker as soon as it has a job whose wait it has recorded. */
async function killInTheMiddle(victim: App): Promise<void> {
  await victim.line(/took a job on/);
  const page = await readSamples(victim);
  victim.signal('SIGKILL');
  expect((await victim.ended).signal).toBe('SIGKILL');
  expect(sumsOf(page, COUNTS)).toEqual({ [`job_wait_duration_seconds_count{${MAIL}}`]: 1, [`job_active{${MAIL}}`]: 1 });
}

/** The pages, when all expected jobs have been counted or the timeout is over. */
async function pagesWhenDone(apps: readonly App[], expected: Readonly<Record<string, number>>): Promise<ParsedSample[]> {
  let samples: ParsedSample[] = [];
  const read = async (): Promise<void> => {
    await pause(100);
    samples = (await Promise.all(apps.map(readSamples))).flat();
    expect(sumsOf(samples, COUNTS)).toEqual(expected);
  };
  await eventually(read, 30_000).catch(() => {});
  return samples;
}

function expectTimes(samples: readonly ParsedSample[], schedule: Schedule): void {
  const seconds = sumsByKind(samples);
  for (const [kind, [least, most]] of Object.entries(waitBounds(schedule)))
    expectWithin(seconds[`job_wait_duration_seconds_sum ${kind}`], least, most);
  for (const [kind, [least, most]] of Object.entries(runBounds()))
    expectWithin(seconds[`job_duration_seconds_sum ${kind}`], least, most);
}

/** The sums of histograms by metric and kind of job, however the jobs ended. */
function sumsByKind(samples: readonly ParsedSample[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, labels, value } of samples) {
    const key = `${name} job_name="${labels['job_name']}",queue_name="${labels['queue_name']}"`;
    sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}

function expectWithin(value: number | undefined, least: number, most: number): void {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
}

/** Waits until exactly one of the pages has each queue, with the depth that redis-cli shows. */
async function expectDepth(redis: RedisProcess, apps: readonly App[]): Promise<void> {
  await eventually(async () => {
    await pause(100);
    const pages = await Promise.all(apps.map(readPage));
    for (const queue of QUEUES) {
      const depths = pages.flatMap((page) => depthInExposition(page, queue) ?? []);
      expect(depths).toEqual([await depthInRedis(redis, `bull:${queue}`)]);
    }
  }, 10_000);
}

/** The age of the oldest job is that in Redis, but for the time since the queue was polled; no job waits in the other one. */
async function expectAge(redis: RedisProcess, app: App): Promise<void> {
  const ages = sumsOf(await readSamples(app), /^queue_oldest_job_age_seconds$/);
  expect(Object.keys(ages)).toEqual(['queue_oldest_job_age_seconds{queue_name="letters"}']);
  const timestamps = 'bull:letters:*->timestamp';
  const added = Number(await redis.cli('sort', 'bull:letters:wait', 'by', timestamps, 'get', timestamps, 'limit', '0', '1'));
  const [seconds, micros] = (await redis.cli('time')).split('\n').map(Number);
  const ageSeconds = seconds! + micros! / 1e6 - added / 1000;
  expect(ageSeconds).toBeGreaterThan(60);
  expectWithin(Object.values(ages)[0], ageSeconds - 2 * POLL_SECONDS - 1, ageSeconds);
}

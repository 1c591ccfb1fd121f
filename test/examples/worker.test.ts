// `npm run demo:worker` counts its jobs, and leaves no process behind when it ends, is interrupted, or its worker is killed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../kit/apps/http-traffic.ts';
import { freePort } from '../kit/free-port.ts';
import { parseExposition } from '../kit/samples/parse-exposition.ts';
import { type RedisProcess, startRedis } from '../kit/servers/redis-process.ts';
import { testWith } from '../kit/with-program.ts';
import { BARE, killDemos, pageOf, runDemo } from './run-demo.ts';

afterEach(killDemos);

describe('demo:worker', () => {
  testWith(
    'redis-server',
    'demo:worker uses the Redis at REDIS_URL, and its summary agrees with the jobs in it',
    async (program) => {
      await using redis = await startRedis(program);
      const { app, running } = runDemo('worker', ['--for', '4'], { REDIS_URL: redis.url });
      const { code, stdout, stderr } = await app.ended;
      expect({ code, running: running() }, stderr).toEqual({ code: 0, running: [] });
      const inRedis = await jobsIn(redis);
      const { added, completed, failed, rest } = balanceOf(stdout);
      expect(added).toBe(inRedis.added);
      expect(added).toBe(completed + failed + rest);
      // Active jobs are finished after the pages were fetched.
      expect(completed).toBeGreaterThan(0);
      expect(inRedis.completed - completed).toBeGreaterThanOrEqual(0);
      expect(failed).toBeGreaterThan(0);
      expect(inRedis.failed - failed).toBeGreaterThanOrEqual(0);
    },
  );

  testWith('redis-server', 'demo:worker leaves no keys in Redis but those of its queues', async (program) => {
    await using redis = await startRedis(program);
    await runDemo('worker', ['--for', '2'], { REDIS_URL: redis.url }).app.ended;
    const keys = (await redis.cli('keys', '*')).split('\n');
    expect(keys.filter((key) => !/^promtel-demo:(orders|mail|albums):/.test(key))).toEqual([]);
  });

  testWith('redis-server', 'demo:worker starts a redis-server, and stops it on SIGTERM', async () => {
    const { app, running } = runDemo('worker', []);
    const [, redisUrl] = await app.line(/Redis: +(\S+), .+\/redis-server/);
    const pages = await Promise.all([pageOf(app, 'Its metrics'), pageOf(app, "The worker's")]);
    for (const page of pages) expect(parseExposition(page).size).toBeGreaterThan(10);
    expect(running().filter(({ command }) => /(?:api|worker)\.js/.test(command))).toHaveLength(2);
    expect(await answers(redisUrl!)).toBe(true);
    app.signal('SIGTERM');
    const { code, stdout } = await app.ended;
    expect(stdout).toContain('jobs added');
    expect({ code, running: running() }).toEqual({ code: 0, running: [] });
    // redis-server overwrites its environment, so that `running` does not find it.
    expect(await answers(redisUrl!)).toBe(false);
  });

  it('demo:worker runs a Redis in JavaScript where none is installed', async () => {
    const { app, running } = runDemo('worker', ['--for', '6'], BARE);
    const { code, stdout } = await app.ended;
    expect(stdout).toMatch(/Redis: +\S+, embedded/);
    for (const part of SUMMARY) expect(stdout).toMatch(part);
    const { added, completed, failed, rest } = balanceOf(stdout);
    expect(added).toBe(completed + failed + rest);
    expect({ code, running: running() }).toEqual({ code: 0, running: [] });
  });

  it('demo:worker runs a Redis in JavaScript where the redis-server on PATH is not executable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'promtel-demo-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'redis-server'), '');
    const { code, stdout, stderr } = await runDemo('worker', ['--for', '1'], { PATH: folder }).app.ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/Redis: +\S+, embedded/);
  });

  it('demo:worker uses other ports where its default ports are in use', async () => {
    await using blocker = createServer();
    blocker.on('error', () => {}).listen(9091);
    const { app } = runDemo('worker', [], BARE);
    const [, url] = await app.line(/The worker's: +(\S+)/);
    expect(new URL(url!).port).not.toBe('9091');
    app.signal('SIGINT');
    expect((await app.ended).code).toBe(0);
  });

  it('demo:worker exits and leaves no process behind when its worker is killed', async () => {
    const { app, running } = runDemo('worker', [], BARE);
    await app.line(/The worker's: +(\S+)/);
    process.kill(running().find(({ command }) => command.includes('worker.js'))!.pid, 'SIGKILL');
    const { code, stderr } = await app.ended;
    expect(stderr).toContain('photo-shop-worker exited unexpectedly (SIGKILL)');
    expect(code).toBe(1);
    // The processes that it killed take a moment to disappear.
    await eventually(() => expect(running()).toEqual([]));
  });

  it('demo:worker reports in one line that no Redis answers at REDIS_URL', async () => {
    const { app } = runDemo('worker', [], { REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    const { code, stderr } = await app.ended;
    expect(stderr).toMatch(/^REDIS_URL: no Redis answers there \(.*ECONNREFUSED.*\)\n$/);
    expect(code).toBe(1);
  });
});

/** A line of each section of the summary. */
const SUMMARY = [
  /POST \/orders 202 +\d+ × /,
  /hit +\d+ +\d+ %/,
  /albums thumbnail +\d+$/m,
  /orders charge +\d+ × /,
  /albums album completed +\d+ × /,
  /orders charge retried +\d+ × /,
  /mail completed +\d+$/m,
  /EVALSHA +\d+ × /,
];

interface Balance {
  readonly added: number;
  readonly completed: number;
  readonly failed: number;
  /** Not finished. */
  readonly rest: number;
}

function balanceOf(summary: string): Balance {
  const found = /(?<added>\d+) jobs added, (?<completed>\d+) completed and (?<failed>\d+) failed .* (?<rest>-?\d+) still/.exec(
    summary,
  );
  const { added, completed, failed, rest } = found!.groups!;
  return { added: Number(added), completed: Number(completed), failed: Number(failed), rest: Number(rest) };
}

/** The states of a queue that Redis keeps as sorted sets, and as lists. */
const SETS = ['completed', 'failed', 'delayed', 'prioritized', 'waiting-children'];
const LISTS = ['wait', 'active', 'paused'];

async function jobsIn(redis: RedisProcess): Promise<Omit<Balance, 'rest'>> {
  const jobs = async (states: readonly string[], command: string) => {
    const keys = ['orders', 'mail', 'albums'].flatMap((queue) => states.map((state) => `promtel-demo:${queue}:${state}`));
    const counts = await Promise.all(keys.map((key) => redis.cli(command, key)));
    return counts.map(Number).reduce((sum, count) => sum + count, 0);
  };
  const [completed, failed, sets, lists] = await Promise.all([
    jobs(['completed'], 'zcard'),
    jobs(['failed'], 'zcard'),
    jobs(SETS, 'zcard'),
    jobs(LISTS, 'llen'),
  ]);
  return { added: sets + lists, completed, failed };
}

function answers(redisUrl: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(redisUrl).port), '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

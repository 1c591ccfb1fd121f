// Which BullMQ queues are polled, and by which process: all that the application has open, each by one process.
import { createRequire } from 'node:module';
import { describe, expect, vi } from 'vitest';
import { onProblem, type Problem } from '../../../src/core/problem.ts';
import { bullmqQueues } from '../../../src/instrumentations/bullmq/bullmq-queues.ts';
import { ioredis } from '../../../src/instrumentations/ioredis/ioredis.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { reloadIoredis } from '../../kit/apps/ioredis-client.ts';
import { BULLMQ, intervals, LOCK, PolledQueues, pollingTestOf } from '../../kit/apps/polled-queues.ts';

const require = createRequire(import.meta.url);

describe.each(BULLMQ)('%s', (packageName) => {
  const test = pollingTestOf(packageName);

  describe('a queue is read', () => {
    test('a queue is polled for as long as the process has it open, and then by another process', async (queues) => {
      const queue = queues.queue();
      const worker = queues.worker(async () => {});
      await queues.shown();
      const failures = queues.failures();
      await queue.close();
      await queue.close();
      await intervals(3);
      expect(queues.depthOnPage()).toBeDefined();
      expect(await queues.redis.cli('exists', LOCK)).toBe('1');
      const stopped = vi.spyOn(globalThis, 'clearInterval');
      const closed = worker.close();
      expect(queues.page()).toEqual([]);
      expect(stopped).toHaveBeenCalled();
      stopped.mockRestore();
      await closed;
      expect(await queues.redis.cli('exists', LOCK)).toBe('0');
      await intervals(3);
      expect(queues.page()).toEqual([]);
      expect(queues.failures()).toBe(failures);
    });

    test('a queue is polled where the process has only a worker of it', async (queues) => {
      queues.worker(async () => {});
      await queues.shown();
    });

    test('a queue is polled when it is opened again', async (queues) => {
      await queues.queue().close();
      await intervals(2);
      const queue = queues.queue();
      await queue.add('one', {});
      await eventually(() => expect(queues.depthOnPage()).toMatchObject({ jobs: { waiting: 1 } }));
    });

    test('a queue is polled by one of two attached instrumentations', async (queues) => {
      queues.attach(bullmqQueues);
      queues.queue();
      await queues.shown();
      await queues.redis.cli('config', 'resetstat');
      await intervals(10);
      // It takes part in the election twice per interval, and reads once.
      const [evalCalls, read] = await Promise.all(['eval', 'hexists'].map((command) => queues.calls(command)));
      expect(evalCalls).toBeGreaterThan(12);
      expect(read).toBeGreaterThan(1);
      expect(read).toBeLessThanOrEqual(12);
    });
  });

  describe('through a client', () => {
    test('a queue is polled through a shared ioredis client, which stays open when the queue is closed', async (queues) => {
      const { Redis } = require('ioredis');
      const client = new Redis({ port: queues.redis.port, maxRetriesPerRequest: null });
      const queue = queues.queue({ connection: client });
      await queues.shown();
      // This one's and that of redis-cli.
      expect((await queues.redis.cli('client', 'list')).match(/cmd=/g)).toHaveLength(2);
      await queue.close();
      expect(queues.page()).toEqual([]);
      expect(await client.exists(LOCK)).toBe(0);
      await queue.add('late', {});
      await intervals(3);
      expect(queues.page()).toEqual([]);
      await client.quit();
    });

    test('a queue is polled through a shared node-redis client', async (queues) => {
      const { createClient } = require('redis');
      const client = createClient({ url: `redis://127.0.0.1:${queues.redis.port}` });
      const queue = queues.queue({ connection: queues.library.createNodeRedisClient(client) });
      await queue.add('one', {});
      await eventually(() => expect(queues.depthOnPage()).toMatchObject({ jobs: { waiting: 1 } }));
      expect(queues.depthOnPage()).toEqual(await queues.depthInRedis());
      await queue.close();
      expect(queues.page()).toEqual([]);
      expect(await client.exists(LOCK)).toBe(0);
      await client.close();
    });

    test("a queue is polled without being counted as the application's command", async (queues) => {
      queues.attach(ioredis);
      reloadIoredis('ioredis', require.resolve(packageName));
      queues.queue();
      await queues.shown();
      await intervals(3);
      const commands = queues.page().filter(({ name }) => name === 'db.client.operation.duration');
      expect(commands.length).toBeGreaterThan(0);
      expect(commands.map(({ attributes }) => attributes['db.operation.name'])).not.toContain('EVAL');
    });
  });

  describe('nothing is read', () => {
    test('no queue is polled after the instrumentation is detached', async (queues) => {
      const queue = queues.queue();
      await queues.shown();
      queues.attached.detach();
      expect(queues.page()).toEqual([]);
      await queue.getJobCounts();
      expect(await queues.redis.cli('exists', LOCK)).toBe('0');
      queues.queue({}, 'others');
      await intervals(3);
      expect(await queues.redis.cli('keys', 'promtel:*')).toBe('');
    });

    test('no queue is polled where the interval is 0', async ({ redis }) => {
      await using queues = new PolledQueues(packageName, redis, 0);
      await queues.queue().add('one', {});
      await intervals(3);
      expect(queues.page()).toEqual([]);
    });

    test('a second queue of the same name and another prefix is not polled, which is reported', async (queues) => {
      const problems: Problem[] = [];
      onProblem((problem) => {
        if (problem.message.startsWith('has one queue')) problems.push(problem);
      });
      const first = queues.queue({ prefix: `{${packageName}}` });
      const second = queues.queue();
      await first.add('one', {});
      await second.addBulk(['one', 'two'].map((name) => ({ name, data: {} })));
      await eventually(() => expect(queues.depthOnPage()).toMatchObject({ jobs: { waiting: 1 } }));
      await intervals(3);
      expect(queues.depthOnPage()).toEqual(await queues.depthInRedis(`{${packageName}}:mail`));
      const message = `has one queue of a name: {${packageName}}:mail, and so not bull:mail`;
      expect(problems).toEqual([{ subject: 'queue.jobs', message }]);
      onProblem(undefined);
    });
  });
});

// A Redis that is away, silent or late leaves a gap in the depth of BullMQ queues, and is counted as a failure.
import { describe, expect } from 'vitest';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { BULLMQ, intervals, PolledQueues, pollingTestOf } from '../../kit/apps/polled-queues.ts';
import { freePort } from '../../kit/free-port.ts';
import { startRedis } from '../../kit/servers/redis-process.ts';
import { testWith } from '../../kit/with-program.ts';

const retryStrategy = (): number => 50;

describe.each(BULLMQ)('%s', (packageName) => {
  testWith('redis-server', 'a queue leaves the page while Redis is away, which is counted, and comes back', async (program) => {
    await using first = await startRedis(program);
    await using queues = new PolledQueues(packageName, first);
    const connection = { port: first.port, retryStrategy };
    const queue = queues.queue({ connection });
    queues.worker(async () => {}, { connection });
    await queues.shown();
    const failures = queues.failures() ?? 0;
    await first[Symbol.asyncDispose]();
    await eventually(() => {
      expect(queues.page()).toEqual([]);
      expect(queues.failures()).toBeGreaterThan(failures);
    });
    await using _again = await startRedis(program, first.port);
    await queue.add('one', {}, { delay: 60_000 });
    await eventually(() => expect(queues.depthOnPage()).toMatchObject({ jobs: { delayed: 1 } }));
    expect(queues.depthOnPage()).toEqual(await queues.depthInRedis());
    await queues.close();
  });

  testWith('redis-server', 'a queue is polled when its Redis starts late', async (program) => {
    const port = await freePort();
    await using queues = new PolledQueues(packageName, { port, cli: () => Promise.reject(new Error('not there yet')) });
    queues.queue({ connection: { port, retryStrategy } });
    await eventually(() => expect(queues.failures()).toBeGreaterThan(0));
    await using _late = await startRedis(program, port);
    await queues.shown();
    await queues.close();
  });

  const test = pollingTestOf(packageName);

  test('a queue has at most one poll pending while Redis does not answer', async (queues) => {
    queues.queue();
    await queues.shown();
    await queues.redis.cli('config', 'resetstat');
    await queues.redis.cli('client', 'pause', '1500', 'all');
    await intervals(10);
    expect(queues.page()).toEqual([]);
    expect(queues.failures()).toBeGreaterThan(0);
    await queues.shown();
    // That one, and those since.
    expect(await queues.calls('eval')).toBeLessThan(8);
  });

  test('a queue that never connects can be closed', async ({ redis, attached }) => {
    attached.detach();
    await using queues = new PolledQueues(packageName, { ...redis, port: await freePort() });
    queues.queue();
    await eventually(() => expect(queues.failures()).toBeGreaterThan(0));
  });
});

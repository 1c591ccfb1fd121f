// Clients of a Redis cluster: each command counted at the node that it was sent to.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { describe, expect } from 'vitest';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { ioredis } from '../../../src/instrumentations/ioredis/ioredis.ts';
import { redis } from '../../../src/instrumentations/redis.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { reloadIoredis } from '../../kit/apps/ioredis-client.ts';
import { freePort } from '../../kit/free-port.ts';
import { attachAlone, countsOf, type AttachedAlone } from '../../kit/samples/samples.ts';
import { type RedisProcess, startRedis } from '../../kit/servers/redis-process.ts';
import { commandsOf, lookUpsOf } from '../../kit/servers/redis-tests.ts';
import { testsWithServer } from '../../kit/with-program.ts';

/** Two nodes that share the slots: of the keys here, `one` is at the second and `two` at the first. */
const SLOTS = [
  ['0', '8191'],
  ['8192', '16383'],
] as const;

const nodes: RedisProcess[] = [];

const testWithCluster = testsWithServer('redis-server', async (program) => {
  const folder = mkdtempSync(join(tmpdir(), 'promtel-cluster-'));
  for (const slots of SLOTS) {
    const port = await freePort();
    // Nodes talk to each other at a port of their own, by custom 10,000 higher, which may be beyond what there is.
    const own = ['--cluster-port', String(await freePort()), '--cluster-config-file', join(folder, `${port}.conf`)];
    const node = await startRedis(program, port, ['--cluster-enabled', 'yes', ...own]);
    nodes.push(node);
    await node.cli('cluster', 'addslotsrange', ...slots);
  }
  const [first, second] = nodes as [RedisProcess, RedisProcess];
  const [, busPort] = /@(\d+)/.exec(await second.cli('cluster', 'nodes'))!;
  await first.cli('cluster', 'meet', '127.0.0.1', String(second.port), busPort!);
  for (const node of nodes)
    await eventually(async () => expect(await node.cli('cluster', 'info')).toMatch(/state:ok[^]*slots_ok:16384/), 20_000);
  return {
    async [Symbol.asyncDispose]() {
      for (const node of nodes) await node[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
});

function test(title: string, instrumentation: Instrumentation, run: (measured: AttachedAlone) => Promise<void>): void {
  testWithCluster(title, async () => {
    for (const node of nodes) await node.cli('flushall');
    const measured = attachAlone(instrumentation);
    reloadIoredis();
    try {
      await run(measured);
    } finally {
      measured.attached.detach();
    }
    expect(measured.attached.failure).toBeUndefined();
  });
}

/** The commands of each node. */
async function commandsByNode({ read }: AttachedAlone): Promise<Record<string, number>[]> {
  const samples = await read();
  return nodes.map(({ port }) => commandsOf(samples, { 'server.port': port }));
}

describe('a cluster of ioredis', () => {
  async function open(): Promise<Cluster & AsyncDisposable> {
    const cluster = new Cluster([{ host: '127.0.0.1', port: nodes[0]!.port }]);
    await new Promise((resolve) => cluster.once('ready', resolve));
    return Object.assign(cluster, { [Symbol.asyncDispose]: async () => void (await cluster.quit()) });
  }

  test('counts a command of a Redis cluster at its node, of ioredis', ioredis, async (measured) => {
    await using cluster = await open();
    await cluster.set('one', 1);
    await cluster.set('two', 2);
    await cluster.get('two');
    await cluster.lpush('two', 1).catch(() => {});
    expect(await commandsByNode(measured)).toEqual([{ SET: 1, GET: 1, 'LPUSH WRONGTYPE': 1 }, { SET: 1 }]);
    expect(lookUpsOf(await measured.read())).toEqual({ hit: 1, miss: 0 });
  });

  test('counts pipelines of a Redis cluster as their commands and transactions once, of ioredis', ioredis, async (measured) => {
    await using cluster = await open();
    await cluster.pipeline().set('two', 1).get('two').exec();
    await cluster.multi().incr('two').incr('two').exec();
    await cluster.multi().incr('one').exec();
    expect(await commandsByNode(measured)).toEqual([{ SET: 1, GET: 1, MULTI: 1 }, { MULTI: 1 }]);
  });
});

describe('a slot of a Redis cluster that has moved to another node', () => {
  /** The key `two` is in slot 2127, which the first node has. */
  async function moveSlot(to: RedisProcess): Promise<void> {
    const id = await to.cli('cluster', 'myid');
    for (const node of nodes) await node.cli('cluster', 'setslot', '2127', 'node', id.trim());
  }

  async function whileMoved(run: (cluster: Cluster) => Promise<void>): Promise<void> {
    const cluster = new Cluster([{ host: '127.0.0.1', port: nodes[0]!.port }], { lazyConnect: true });
    await cluster.connect();
    await moveSlot(nodes[1]!);
    try {
      await run(cluster);
    } finally {
      await moveSlot(nodes[0]!);
      await cluster.quit();
    }
  }

  test('counts a command of a Redis cluster once that is redirected', ioredis, async (measured) => {
    await whileMoved(async (cluster) => {
      expect(await cluster.get('two')).toBeNull();
    });
    expect(commandsOf(await measured.read())).toEqual({ GET: 1 });
  });

  test('counts a pipeline of a Redis cluster again that is sent again', ioredis, async (measured) => {
    await whileMoved(async (cluster) => {
      expect(await cluster.pipeline().get('two').get('two').exec()).toEqual([
        [null, null],
        [null, null],
      ]);
    });
    expect(await commandsByNode(measured)).toEqual([{ 'GET MOVED': 2 }, { GET: 2 }]);
  });
});

describe('a cluster of node-redis', () => {
  async function open() {
    const cluster = createCluster({ rootNodes: [{ url: nodes[0]!.url }] });
    cluster.on('error', () => {});
    await cluster.connect();
    return Object.assign(cluster, { [Symbol.asyncDispose]: async () => cluster.destroy() });
  }

  test('counts a command of a Redis cluster at its node, of node-redis', redis, async (measured) => {
    await using cluster = await open();
    await cluster.set('one', 1);
    await cluster.set('two', 2);
    await cluster.get('two');
    await cluster.lPush('two', '1').catch(() => {});
    expect(await commandsByNode(measured)).toEqual([{ SET: 1, GET: 1, 'LPUSH WRONGTYPE': 1 }, { SET: 1 }]);
    expect(lookUpsOf(await measured.read())).toEqual({ hit: 1, miss: 0 });
  });

  test('counts pipelines of a Redis cluster as their commands and transactions once, of node-redis', redis, async (measured) => {
    await using cluster = await open();
    await cluster.multi().set('two', 1).get('two').execAsPipeline();
    await cluster.multi().incr('two').incr('two').exec();
    await cluster.multi().incr('one').exec();
    expect(await commandsByNode(measured)).toEqual([{ SET: 1, GET: 1, MULTI: 1 }, { MULTI: 1 }]);
  });

  test('counts the connections of node-redis to each node of a cluster until it is closed', redis, async ({ read }) => {
    const cluster = await open();
    await Promise.all([cluster.get('one'), cluster.get('two')]);
    const count = async () => countsOf(await read(), 'db.client.connection.count', ['db.client.connection.pool.name']);
    const names = nodes.map(({ port }) => `127.0.0.1:${port}`);
    expect(Object.keys(await count()).toSorted()).toEqual(names.toSorted());
    expect(Object.values(await count()).every((number) => number >= 1)).toBe(true);
    await cluster.close();
    expect(await count()).toEqual(Object.fromEntries(names.map((name) => [name, 0])));
  });
});

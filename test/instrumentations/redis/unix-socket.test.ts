// Redis clients of a server on the same machine, through a Unix socket, which has a path and no port.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, expect } from 'vitest';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { ioredis } from '../../../src/instrumentations/ioredis/ioredis.ts';
import { redis } from '../../../src/instrumentations/redis.ts';
import { reloadIoredis } from '../../kit/apps/ioredis-client.ts';
import { attachAlone, valueOf } from '../../kit/samples/samples.ts';
import { startRedis } from '../../kit/servers/redis-process.ts';
import { commandsOf, lookUpsOf } from '../../kit/servers/redis-tests.ts';
import { testsWithServer } from '../../kit/with-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'promtel-redis-'));
const path = join(folder, 'redis.sock');
afterAll(() => rmSync(folder, { recursive: true }));
const test = testsWithServer('redis-server', (program) => startRedis(program, undefined, ['--unixsocket', path]));

interface Client {
  get(key: string): Promise<unknown>;
  close(): unknown;
}

async function withIoredis(): Promise<Client> {
  const client = new Redis(path, { lazyConnect: true });
  await client.connect();
  return { get: (key) => client.get(key), close: () => client.quit() };
}

const withNodeRedis = async (): Promise<Client> => createClient({ socket: { path, tls: false } }).connect();

for (const [name, instrumentation, open] of [
  ['ioredis', ioredis, withIoredis],
  ['node-redis', redis, withNodeRedis],
] as readonly (readonly [string, Instrumentation, () => Promise<Client>])[])
  test(`records the path of a Unix socket as the address of ${name}, and no port`, async () => {
    const { attached, read } = attachAlone(instrumentation);
    reloadIoredis();
    const client = await open();
    await client.get('key');
    const samples = await read();
    expect(commandsOf(samples, { 'server.address': path, 'server.port': undefined })).toEqual({ GET: 1 });
    expect(lookUpsOf(samples, { 'cache.name': `${path}/0` })).toEqual({ hit: 0, miss: 1 });
    const pool = { 'db.client.connection.pool.name': path };
    expect(valueOf(samples, 'db.client.connection.count', pool)).toBe(1);
    expect(valueOf(samples, 'db.client.connection.create_time', pool)).toBe(1);
    await client.close();
    attached.detach();
    expect(attached.failure).toBeUndefined();
  });

// Provides a Redis for a demo: the one at REDIS_URL, else an installed redis-server, else one in JavaScript.
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { portOrAny, start } from './programs.js';

/** Returns its URL, a description, whether it is slow, and how to stop it. */
export async function findRedis() {
  const url = process.env.REDIS_URL;
  if (url !== undefined && url !== '') return givenRedis(url);
  const program = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find(isExecutable);
  return program === undefined ? embeddedRedis() : installedRedis(program);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function givenRedis(url) {
  let reason;
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', (error) => (reason = error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    console.error(`REDIS_URL: no Redis answers there (${(reason ?? error).message})`);
    process.exit(1);
  }
  client.disconnect();
  return { url, description: 'that of REDIS_URL', isSlow: false, stop: async () => {} };
}

async function installedRedis(program) {
  const port = await portOrAny(0);
  const settings = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()];
  const server = start('redis-server', program, settings.map(String), { isQuiet: true });
  await server.line('stdout', /ready to accept connections/i);
  const url = `redis://127.0.0.1:${port}`;
  return { url, description: `${url}, ${program}`, isSlow: false, stop: server.stop };
}

async function embeddedRedis() {
  const script = fileURLToPath(new URL('embedded-redis.js', import.meta.url));
  const server = start('the embedded Redis', process.execPath, [script], { isQuiet: true });
  const [url] = await server.line('stdout', /redis:\S+/);
  return { url, description: `${url}, embedded and slow, since no redis-server is installed`, isSlow: true, stop: server.stop };
}

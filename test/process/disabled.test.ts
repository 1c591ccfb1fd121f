// Disabled instrumentations cost nothing: no function of a library is replaced, and no channel of it has a subscriber.
import { beforeAll, expect, it } from 'vitest';
import { libraries, loadInstrumentation } from '../../src/instrumentations/index.ts';
import { instrumentationNames } from '../../src/start/instrument.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';

/** The state of every library, loaded in a process of its own, as test/process/fixtures/fingerprints.mjs prints it. */
interface Found {
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly channels: readonly string[];
}

/** Packages that have no main file to import. */
const ENTRIES: Readonly<Record<string, string>> = {
  '@langchain/core': '@langchain/core/tools',
  '@modelcontextprotocol/sdk': '@modelcontextprotocol/sdk/client/index.js',
};
/** The clients of `fetch` are Node's own here. */
const NOT_INSTALLED = new Set(['node', 'undici']);
const NODE = ['node:http', 'node:https', 'node:http2', 'node:net'];

const REGISTER = new URL('../../register.js', import.meta.url).href;

const packages = new Set(libraries.map((library) => loadInstrumentation(library).target.package));
const modules = [...packages].filter((name) => !NOT_INSTALLED.has(name)).map((name) => ENTRIES[name] ?? name);
const everything = instrumentationNames.join(',');

let bare: Found;
beforeAll(async () => {
  bare = await find('');
});

it('with every instrumentation disabled, libraries are what they are without promtel', async () => {
  expect(await find(REGISTER, { OTEL_NODE_DISABLED_INSTRUMENTATIONS: everything })).toEqual(bare);
});

it('with promtel switched off, libraries are what they are without it', async () => {
  expect(await find(REGISTER, { OTEL_SDK_DISABLED: 'true' })).toEqual(bare);
});

it('with one instrumentation disabled, only its library is what it is without promtel', async () => {
  const { fingerprints, channels } = await find(REGISTER, { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'ioredis,lru-cache' });
  const followed = Object.keys(fingerprints).filter((name) => fingerprints[name] !== bare.fingerprints[name]);
  expect(followed).toEqual(expect.arrayContaining(['bullmq', 'pg', 'pg-pool', 'mysql2', '@redis/client']));
  expect(followed).not.toContain('ioredis');
  expect(channels).toEqual(expect.arrayContaining(['http.server.request.start', 'tracing:node-redis:command:start']));
  expect(channels.filter((name) => /ioredis|lru-cache/.test(name))).toEqual([]);
});

/** Loads every library in a process of its own, which imports the given module of promtel, if any. */
async function find(promtel: string, env: Readonly<Record<string, string>> = {}): Promise<Found> {
  const args = ['./test/process/fixtures/fingerprints.mjs', promtel, ...NODE, ...modules];
  const { code, stdout, stderr } = await runToEnd(args, { ...env, OTEL_EXPORTER_PROMETHEUS_PORT: '0' });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Found;
}

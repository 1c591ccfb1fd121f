// Messages of the Redis clients with fields that are missing, of any other type, or that throw when read.
import { channel, tracingChannel } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ioredis } from '../../../src/instrumentations/ioredis/ioredis.ts';
import { redis } from '../../../src/instrumentations/redis.ts';
import { attachAlone } from '../../kit/samples/samples.ts';

const TARGET = { serverAddress: '127.0.0.1', serverPort: 6379, database: 0 };
const CLIENT = { clientId: '127.0.0.1:6379/0-1f2e3d4c' };
const COMMAND = { ...TARGET, ...CLIENT, command: 'xread', args: ['XREAD', 'COUNT', '1', 'STREAMS', 'stream', '0'] };
const LOOK_UP = { ...COMMAND, command: 'MGET', args: ['MGET', 'one', 'two'] };

/** What each channel carries when all is well. */
const MESSAGES: Readonly<Record<string, readonly object[]>> = {
  'tracing:ioredis:connect': [{ ...TARGET, connectionEpoch: 1 }],
  'tracing:node-redis:command': [COMMAND, LOOK_UP],
  'tracing:node-redis:batch': [{ ...TARGET, ...CLIENT, batchMode: 'MULTI', batchSize: 2 }],
  'tracing:node-redis:connect': [{ ...TARGET, ...CLIENT }],
  'node-redis:connection:ready': [{ ...TARGET, ...CLIENT, createTimeMs: 5 }],
  'node-redis:connection:closed': [
    { ...CLIENT, reason: 'error', wasConnected: true },
    { ...CLIENT, reason: 'application_close', wasConnected: true },
  ],
  'node-redis:error': [{ ...CLIENT, origin: 'client', internal: false, error: new Error('on purpose') }],
  'node-redis:pool:connection-wait': [{ ...CLIENT, waitStartTimestamp: 1 }],
  'node-redis:cache:request': [{ ...CLIENT, result: 'hit' }],
  'node-redis:cache:eviction': [{ reason: 'full', count: 1 }],
};

const THROWN = Symbol('read');

/** What may be in place of a field: one that is well, left out, anything else, or that cannot be read. */
const change = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 4 },
  fc.record({ value: fc.oneof(fc.anything(), fc.constantFrom('', '__proto__', 'constructor', -1, Number.NaN, 1e308, null)) }),
  fc.constant(THROWN),
);

/** What comes of an operation: its result, or its error. */
const ending = fc.record({ fails: fc.boolean(), value: fc.oneof(fc.anything(), fc.constantFrom('QUEUED', null, [null, 1])) });

type Change = typeof THROWN | { readonly value: unknown } | undefined;

function changed(message: object, changes: readonly Change[]): object {
  const copy: Record<string, unknown> = { ...message };
  for (const [index, key] of Object.keys(message).entries()) {
    const one = changes[index % changes.length];
    if (one === THROWN)
      Object.defineProperty(copy, key, {
        get() {
          throw new Error('hostile');
        },
      });
    else if (one !== undefined && one.value === undefined) Reflect.deleteProperty(copy, key);
    else if (one !== undefined) copy[key] = one.value;
  }
  return copy;
}

interface Ending {
  readonly fails: boolean;
  readonly value: unknown;
}

/** Publishes a message as the library does, around an operation where it traces one; returns what the operation returns. */
async function publish(name: string, message: object, { fails, value }: Ending): Promise<unknown> {
  const operation = async (): Promise<unknown> => {
    // oxlint-disable-next-line typescript/only-throw-error -- whatever it is
    if (fails) throw value;
    return { value };
  };
  if (name.startsWith('tracing:')) return tracingChannel(name.slice('tracing:'.length)).tracePromise(operation, message);
  channel(name).publish(message);
  return operation();
}

let uncaught: unknown[] = [];
const onUncaught = (error: unknown): void => void uncaught.push(error);
beforeEach(() => {
  uncaught = [];
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
});
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('uncaughtException', onUncaught);
  process.off('unhandledRejection', onUncaught);
  expect(uncaught).toEqual([]);
});

describe.each(Object.entries(MESSAGES))('%s', (name, messages) => {
  const instrumentation = name.includes('ioredis') ? ioredis : redis;

  it('survives any message of the client, and records no value that is none', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...messages),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      ending,
      async (message, changes, end) => {
        const { attached, read } = attachAlone(instrumentation);
        try {
          const given = await publish(name, changed(message, changes), end).catch((error: unknown) => ({ value: error }));
          expect(given).toEqual({ value: end.value });
          for (const { value, attributes } of await read()) {
            expect(Number.isFinite(value)).toBe(true);
            for (const attribute of Object.values(attributes))
              expect(['string', 'number', 'boolean']).toContain(typeof attribute);
          }
        } finally {
          attached.detach();
        }
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  it('records messages of the client as they are', async () => {
    for (const message of messages) {
      const { attached } = attachAlone(instrumentation);
      await publish(name, { ...message }, { fails: false, value: [null, 'found'] });
      expect(attached.failure).toBeUndefined();
      attached.detach();
    }
  });
});

// Which instrumentations are attached: those that are enabled, Node's at once and the others when something uses them.
import { channel } from 'node:diagnostics_channel';
import { expect, it } from 'vitest';
import { Registry } from '../../src/core/recording/registry.ts';
import { instrument, instrumentationNames } from '../../src/start/instrument.ts';
import { SETTINGS } from '../kit/contracts/instrumentation-settings.ts';

const only =
  (...names: string[]) =>
  (name: string): boolean =>
    names.includes(name);

it('instrumentation names are sorted, each once, though several files may share one', () => {
  expect(instrumentationNames).toEqual([...new Set(instrumentationNames)].toSorted());
  expect(instrumentationNames).toEqual(expect.arrayContaining(['express', 'http', 'process', 'runtime-node', 'self']));
});

it('nothing is listened to for an instrumentation that is not enabled', () => {
  const { names } = instrument(new Registry(), SETTINGS, only('pg'));
  expect(names).toEqual(['pg']);
  expect(['http.server.request.start', 'lru-cache:metrics'].map((name) => channel(name).hasSubscribers)).toEqual([false, false]);
});

it('a metric counts as recorded if an enabled instrumentation has it, whether its library is used or not', () => {
  const instrumented = instrument(new Registry(), SETTINGS, only('pg', 'process'));
  const metrics = ['db.client.operation.duration', 'process.cpu.time', 'http.server.request.duration'];
  expect(metrics.map((name) => instrumented.mayRecord(name))).toEqual([true, true, false]);
});

it('a node-redis connection that began before promtel was started counts when it is ready', () => {
  const registry = new Registry();
  instrument(registry, SETTINGS, only('redis'));
  channel('node-redis:connection:ready').publish({ clientId: 'localhost:6379/0-1f2e3d4c', createTimeMs: 5 });
  expect(registry.families.find(({ definition }) => definition.name === 'db.client.connection.count')?.size).toBe(1);
});

it('what is read at collection is read in the first collection', async () => {
  const registry = new Registry();
  instrument(registry, SETTINGS, only('process'));
  expect(registry.families).toEqual([]);
  await registry.collect();
  expect(registry.families.find(({ definition }) => definition.name === 'process.cpu.time')!.size).toBeGreaterThan(0);
});

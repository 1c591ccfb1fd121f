// Tests against one Redis server for all of a file, and what was measured there beside what the server itself counted.
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { type RedisProcess, startRedis } from '../servers/redis-process.ts';
import { testsWithServer } from '../with-program.ts';
import { attachAlone, countsOf, type Measured, type Readings } from './samples.ts';

export type RedisTest = (title: string, run: (server: RedisProcess, readings: Readings) => Promise<void>) => void;

/** Defines tests that find the server empty and the instrumentation attached, before which what it patches is to be loaded. */
export function testsWithRedis(instrumentation: Instrumentation, load: () => void = () => {}): RedisTest {
  const testWithRedis = testsWithServer('redis-server', (program) => startRedis(program));
  return (title, run) =>
    testWithRedis(title, async (server) => {
      await server.cli('flushall');
      await server.cli('config', 'resetstat');
      const readings = attachAlone(instrumentation);
      load();
      try {
        await run(server, readings);
      } finally {
        readings.attached.detach();
      }
      if (readings.attached.failure !== undefined) throw new Error(readings.attached.failure);
    });
}

/** How often each command was measured, such as `GET` or, where it failed, `GET WRONGTYPE`. */
export function commandsOf(
  samples: readonly Measured[],
  attributes: Readonly<Record<string, unknown>> = {},
): Record<string, number> {
  return countsOf(samples, 'db.client.operation.duration', ['db.operation.name', 'error.type'], attributes);
}

/** How many items were looked up, by what came of it. */
export function lookUpsOf(
  samples: readonly Measured[],
  attributes: Readonly<Record<string, unknown>> = {},
): Record<string, number> {
  return countsOf(samples, 'cache.requests', ['cache.result'], { 'cache.system': 'redis', ...attributes });
}

/** How often the server ran each command since the test began, without what clients and the test itself send to manage it. */
export async function commandStats({ cli }: RedisProcess): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [, command, calls] of (await cli('info', 'commandstats')).matchAll(/^cmdstat_([^:|]+)[^:]*:calls=(\d+)/gm)) {
    const name = command!.toUpperCase();
    if (!MANAGING.has(name)) counts[name] = (counts[name] ?? 0) + Number(calls);
  }
  return counts;
}

const MANAGING = new Set(['HELLO', 'CLIENT', 'INFO', 'CONFIG', 'SELECT', 'PING', 'COMMAND', 'QUIT']);

// Tests against a Redis server that the tests of a file share; the commands that were measured, and those that the server counted.
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { countsOf, type MeasuredSeries, type AttachedAlone, whileAttached } from '../samples/samples.ts';
import { testsWithServer } from '../with-program.ts';
import { type RedisProcess, startRedis } from './redis-process.ts';

export type RedisTest = (title: string, run: (server: RedisProcess, measured: AttachedAlone) => Promise<void>) => void;

/** Defines tests with an empty server and the instrumentation attached. `load` then loads the modules that it patches. */
export function testsWithRedis(instrumentation: Instrumentation, load: () => void = () => {}): RedisTest {
  const testWithRedis = testsWithServer('redis-server', (program) => startRedis(program));
  return (title, run) =>
    testWithRedis(title, async (server) => {
      await server.cli('flushall');
      await server.cli('config', 'resetstat');
      await whileAttached(instrumentation, async (measured) => {
        load();
        await run(server, measured);
      });
    });
}

/** How often each command was measured, such as `GET` or, where it failed, `GET WRONGTYPE`. */
export function commandsOf(
  samples: readonly MeasuredSeries[],
  attributes: Readonly<Record<string, unknown>> = {},
): Record<string, number> {
  return countsOf(samples, 'db.client.operation.duration', ['db.operation.name', 'error.type'], attributes);
}

/** How many items were looked up, by result. */
export function lookUpsOf(
  samples: readonly MeasuredSeries[],
  attributes: Readonly<Record<string, unknown>> = {},
): Record<string, number> {
  return countsOf(samples, 'cache.requests', ['cache.result'], { 'cache.system': 'redis', ...attributes });
}

/** How often the server ran each command since the test began, but for those with which clients and tests manage it. */
export async function commandStats({ cli }: RedisProcess): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [, command, calls] of (await cli('info', 'commandstats')).matchAll(/^cmdstat_([^:|]+)[^:]*:calls=(\d+)/gm)) {
    const name = command!.toUpperCase();
    if (!MANAGING.has(name)) counts[name] = (counts[name] ?? 0) + Number(calls);
  }
  return counts;
}

const MANAGING = new Set(['HELLO', 'CLIENT', 'INFO', 'CONFIG', 'SELECT', 'PING', 'COMMAND', 'QUIT']);

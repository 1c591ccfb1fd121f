// An application that uses PostgreSQL under promtel is measured without a change, and exits by itself.
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { runToEnd } from '../../kit/apps/run-to-end.ts';
import { freePort } from '../../kit/free-port.ts';
import { startPostgres } from '../../kit/servers/postgres-process.ts';
import { testsWithServer } from '../../kit/with-program.ts';

const test = testsWithServer('postgres', (program) => startPostgres(program));

const WAYS = [
  ['--import', 'pg.mjs'],
  ['--import', 'pg.cjs'],
  ['--require', 'pg.cjs'],
] as const;

/**
 * Of seven statements, two of which return no rows, and of two pools, which have three connections, one of them done away with.
 */
const ON_THE_PAGE = {
  operation_duration_seconds_count: 7,
  response_returned_rows_count: 5,
  slow_operations_total: 7,
  connection_count: 2,
  connection_limit: 5,
  connection_pending_requests: 0,
  connection_timeouts_total: 0,
  connection_create_time_seconds_count: 3,
  connection_wait_time_seconds_count: 6,
  connection_use_time_seconds_count: 6,
};

for (const [flag, file] of WAYS) {
  test(`measures pg in ${file} under ${flag}, and lets it exit by itself`, async (server) => {
    const port = String(await freePort());
    const script = fileURLToPath(new URL(`fixtures/${file}`, import.meta.url));
    const env = { OTEL_EXPORTER_PROMETHEUS_PORT: port, PROMTEL_SLOW_DB_SECONDS: '0' };
    const { code, signal, stdout, stderr } = await runToEnd([flag, './register.js', script, server.url, port], env);
    expect({ code, signal, stderr }).toMatchObject({ code: 0, signal: null });
    expect(JSON.parse(stdout)).toEqual(ON_THE_PAGE);
  });
}

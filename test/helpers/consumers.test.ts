// ES modules and CommonJS use the helpers of the built package alike, under promtel/register or without, and end by themselves.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../kit/run-to-end.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'promtel-consumer-'));

const program = `
(async () => {
  await jobs.track({ queue: 'mail' }, async () => {});
  cache.bind({ name: 'users' }).hit(2);
  await db.track({ system: 's' }, () => new Promise((resolve) => setTimeout(resolve, 60)));
  await pipeline.bind({ pipeline: 'news' }).stage({ stage: 'parse' }, async () => {});
  jobs.observeQueue({ queue: 'mail' }, async () => ({ waiting: 3 }));
  const page = await (await metricsResponse(new Request('http://localhost/'))).text();
  for (const line of page.split('\\n')) if (/^(job|cache|db|pipeline|queue)_/.test(line) && !/_bucket|_sum/.test(line)) console.log(line);
})();`;

const names = '{ cache, db, jobs, metricsResponse, pipeline }';
const lines = [
  'cache_requests_total{cache_name="users",cache_result="hit"} 2',
  'db_client_operation_duration_seconds_count{db_system_name="s"} 1',
  'job_active{queue_name="mail"} 0',
  'job_duration_seconds_count{job_outcome="completed",queue_name="mail"} 1',
  'job_retries_total{queue_name="mail"} 0',
  'pipeline_stage_duration_seconds_count{pipeline_name="news",pipeline_outcome="success",pipeline_stage="parse"} 1',
  'queue_jobs{queue_name="mail",queue_state="waiting"} 3',
];
const slow = 'db_client_slow_operations_total{db_system_name="s"} 1';

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/promtel'));
  writeFileSync(join(folder, 'app.mjs'), `import ${names} from 'promtel';${program}`);
  writeFileSync(join(folder, 'app.cjs'), `const ${names} = require('promtel');${program}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['app.mjs', 'app.cjs'])('%s', (file) => {
  it('records without promtel/register', async () => {
    const { code, stdout, stderr } = await runToEnd([join(folder, file)]);
    expect([code, stderr, stdout.trim().split('\n').sort()]).toEqual([0, '', lines]);
  });

  it('records under promtel/register, with the threshold that is set', async () => {
    const env = { PROMTEL_SLOW_DB_SECONDS: '0.05', OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
    const { code, stdout } = await runToEnd(['--import', join(root, 'register.js'), join(folder, file)], env);
    expect([code, stdout.trim().split('\n').sort()]).toEqual([0, [...lines, slow].sort()]);
  });
});

it('nothing of it is on the page before it is used', async () => {
  const script = `import { metricsResponse } from 'promtel'; console.log(await (await metricsResponse(new Request('http://l/'))).text())`;
  writeFileSync(join(folder, 'unused.mjs'), script);
  const { stdout } = await runToEnd([join(folder, 'unused.mjs')]);
  expect(stdout).not.toMatch(/job|cache|db_|pipeline|queue/);
});

// ES modules and CommonJS use the API of the built package alike, with promtel/register or without, and end by themselves.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'promtel-consumer-'));

const program = `
(async () => {
  await jobs.track({ queue: 'mail' }, async () => {});
  cache.bind({ name: 'users' }).hit(2);
  await db.track({ system: 's' }, () => new Promise((resolve) => setTimeout(resolve, 60)));
  await pipeline.bind({ pipeline: 'news' }).stage({ stage: 'parse' }, async () => {});
  jobs.observeQueue({ queue: 'mail' }, async () => ({ waiting: 3 }));
  const answerOf = () => ({ usage: { input: 1000 } });
  const ask = () => llm.track({ provider: 'openai', model: 'gpt-4o' }, async () => {}, { answerOf });
  await usage.task({ task: 'sum' }, () => agents.invoke({ agent: 'a' }, () => tools.track({ tool: 'search' }, ask)));
  agents.memory.operated({ operation: 'learning' });
  usage.user('ada');
  const page = await (await metricsResponse(new Request('http://localhost/'))).text();
  for (const line of page.split('\\n')) if (/^(job|cache|db|pipeline|queue|gen_ai_(execute|invoke)|tool|llm|agent|usage)_/.test(line) && !/_bucket|_sum/.test(line)) console.log(line);
})();`;

const names = '{ agents, cache, db, jobs, llm, metricsResponse, pipeline, tools, usage }';
const model = 'gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o"';
const lines = [
  'agent_memory_operations_total{agent_memory_operation="learning"} 1',
  'cache_requests_total{cache_name="users",cache_result="hit"} 2',
  'db_client_operation_duration_seconds_count{db_system_name="s"} 1',
  'gen_ai_execute_tool_duration_seconds_count{gen_ai_agent_name="a",gen_ai_tool_name="search"} 1',
  'gen_ai_invoke_agent_duration_seconds_count{gen_ai_agent_name="a"} 1',
  'gen_ai_invoke_agent_inference_calls_count{gen_ai_agent_name="a"} 1',
  'gen_ai_invoke_agent_tool_calls_count{gen_ai_agent_name="a"} 1',
  'job_active{queue_name="mail"} 0',
  'job_duration_seconds_count{job_outcome="completed",queue_name="mail"} 1',
  'job_retries_total{queue_name="mail"} 0',
  `llm_active{${model}} 0`,
  `llm_cost_USD_total{${model}} 0.0025`,
  `llm_tokens_total{gen_ai_operation_name="chat",${model},gen_ai_token_type="input"} 1000`,
  'pipeline_stage_duration_seconds_count{pipeline_name="news",pipeline_outcome="success",pipeline_stage="parse"} 1',
  'queue_jobs{queue_name="mail",queue_state="waiting"} 3',
  'tool_active{gen_ai_tool_name="search"} 0',
  'usage_task_cost_USD_count{usage_task_type="sum"} 1',
  'usage_users_active{usage_window="1d"} 1',
  'usage_users_active{usage_window="1h"} 1',
  'usage_users_active{usage_window="30d"} 1',
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
  it('the API records without promtel/register', async () => {
    const { code, stdout, stderr } = await runToEnd([join(folder, file)]);
    expect([code, stderr, stdout.trim().split('\n').sort()]).toEqual([0, '', lines]);
  });

  it('the API records under promtel/register, with the configured threshold and prices', async () => {
    const env = { PROMTEL_SLOW_DB_SECONDS: '0.05', PROMTEL_LLM_PRICES: 'gpt-*=4/4', OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
    const { code, stdout } = await runToEnd(['--import', join(root, 'register.js'), join(folder, file)], env);
    expect([code, stdout.trim().split('\n').sort()]).toEqual([
      0,
      [...lines.map((line) => line.replace(/ 0.0025$/, ' 0.004')), slow].sort(),
    ]);
  });
});

it('the metrics of the API are not on the page before they are used', async () => {
  const script = `import { metricsResponse } from 'promtel'; console.log(await (await metricsResponse(new Request('http://l/'))).text())`;
  writeFileSync(join(folder, 'unused.mjs'), script);
  const { stdout } = await runToEnd([join(folder, 'unused.mjs')]);
  expect(stdout).not.toMatch(/job|cache|db_|pipeline|queue|gen_ai|tool_|llm_|agent_|usage_/);
});

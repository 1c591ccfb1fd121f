// `npm run demo:agents` works with nothing but Node.js, shows the metrics of its helpers, and leaves no process behind.
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../kit/apps/http-traffic.ts';
import { parseExposition } from '../kit/samples/parse-exposition.ts';
import { testWith } from '../kit/with-program.ts';
import { BARE, killDemos, pageOf, runDemo } from './run-demo.ts';

/** A line of each section of the summary. */
const SUMMARY = [
  /refactor success +\d+$/m,
  /planner +\d+ × /,
  /verifier +1\.00$/m,
  /house-large to plan answered +\d+ × /,
  /edit done +\d+ × /,
  /test tests_failed +\d+ × /,
  /truth +0\.\d+$/m,
  /learning fix +\d+$/m,
  /verify +0\.\d+$/m,
  /\d+ tasks of \d+ users for 0\.\d+ USD of 50/,
];

/** Names on the page, of metrics of each helper. */
const SHOWN = [
  'agent_coordination_efficiency_ratio',
  'agent_memory_compression_ratio',
  'agent_memory_confidence_count',
  'agent_memory_feedback_cycles_total',
  'agent_memory_operations_total',
  'agent_memory_patterns',
  'agent_memory_retrieval_duration_seconds_count',
  'agent_memory_size_bytes',
  'agent_plan_duration_seconds_count',
  'agent_score_count',
  'agent_score_last_ratio',
  'agent_verifications_total',
  'gen_ai_invoke_agent_inference_calls_sum',
  'gen_ai_invoke_workflow_duration_seconds_count',
  'llm_budget_USD',
  'usage_task_cost_USD_sum',
  'usage_users_active',
];

afterEach(killDemos);

describe('demo:agents', () => {
  it('demo:agents ends after --for seconds with a summary', async () => {
    const { app, running } = runDemo('agents', ['--for', '6'], BARE);
    const { code, stdout, stderr } = await app.ended;
    expect({ code, running: running() }, stderr).toEqual({ code: 0, running: [] });
    for (const line of SUMMARY) expect(stdout).toMatch(line);
  });

  testWith('promtool', 'demo:agents shows every metric on its page, and stops on SIGTERM', async ({ path }) => {
    const { app, running } = runDemo('agents', []);
    let page = '';
    await eventually(async () => {
      page = await pageOf(app, 'Its metrics');
      expect(SHOWN.filter((name) => !(sumOf(page, name) > 0))).toEqual([]);
    }, 20_000);
    expect(execFileSync(path, ['check', 'metrics'], { input: page, encoding: 'utf8' })).toBe('');
    // The cost of a task is recorded when it ends, that of its calls at once: tasks in progress are missing from the first.
    expect(sumOf(page, 'usage_task_cost_USD_sum')).toBeLessThanOrEqual(sumOf(page, 'llm_cost_USD_total') + 1e-9);
    app.signal('SIGTERM');
    const { code, stderr } = await app.ended;
    expect({ code, running: running() }, stderr).toEqual({ code: 0, running: [] });
  });
});

function sumOf(page: string, name: string): number {
  const samples = [...parseExposition(page).values()].flatMap((family) => family.samples);
  return samples.filter((sample) => sample.name === name).reduce((sum, { value }) => sum + value, 0);
}

// `npm run demo` shows the promised metrics on its two pages, and calls real providers whose API keys are set.
import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../kit/apps/http-traffic.ts';
import { parseExposition } from '../kit/samples/parse-exposition.ts';
import { startLlmProvider } from '../kit/servers/llm-provider.ts';
import { testWith } from '../kit/with-program.ts';
import { type Demo, BARE, killDemos, pageOf, runDemo } from './run-demo.ts';

/** Names that its pages must show, by area. */
const PROMISED = {
  HTTP: ['http_server_request_duration_seconds_count', 'http_client_request_duration_seconds_count'],
  jobs: ['job_added_total', 'job_wait_duration_seconds_count', 'job_duration_seconds_count', 'queue_jobs'],
  cache: ['cache_requests_total', 'cache_items', 'cache_operation_duration_seconds_count'],
  'LLM calls': [
    'gen_ai_client_operation_duration_seconds_count',
    'gen_ai_client_operation_time_to_first_chunk_seconds_count',
    'gen_ai_client_operation_time_per_output_chunk_seconds_count',
    'gen_ai_client_token_usage_count',
    'llm_tokens_total',
    'llm_finish_reasons_total',
    'llm_retries_total',
    'llm_stream_aborted_total',
    'llm_rate_limit_remaining',
  ],
  tools: ['gen_ai_execute_tool_duration_seconds_count'],
  cost: ['llm_cost_USD_total'],
};

describe('demo on a machine with nothing but Node.js', () => {
  let demo: Demo;
  let pages: readonly string[];

  beforeAll(async () => {
    demo = runDemo('gateway', [], BARE);
    await eventually(async () => {
      pages = await Promise.all([pageOf(demo.app, 'Its metrics'), pageOf(demo.app, "Its worker's")]);
      expect(missingOn(pages)).toEqual([]);
      // Cities are asked about in turn, and the first ones exist.
      expect(valuesOf(pages, 'gen_ai_execute_tool_duration_seconds_count', 'gen_ai_tool_name')).toContain('weather');
    }, 30_000);
  });

  afterAll(killDemos);

  it.each(Object.entries(PROMISED))('demo shows metrics of %s within 30 s', (area, names) => {
    for (const name of names) expect(sumOf(pages, name), `${area}: ${name}`).toBeGreaterThan(0);
  });

  it.each([
    ['of every kind of token', 'gen_ai_token_type', ['cache_read', 'cache_write', 'input', 'output', 'reasoning']],
    ['of both models', 'gen_ai_request_model', ['claude-haiku-4-5', 'gpt-5-mini']],
    ['by the purpose of the worker', 'llm_purpose', ['', 'summarise']],
  ])('demo shows tokens %s', (_, label, values) => {
    expect(valuesOf(pages, 'llm_tokens_total', label)).toEqual(values);
  });

  testWith('promtool', 'demo has pages without a warning of promtool', ({ path }) => {
    for (const page of pages) expect(execFileSync(path, ['check', 'metrics'], { input: page, encoding: 'utf8' })).toBe('');
  });

  it('demo prints its summary on SIGINT and leaves no process behind', async () => {
    demo.app.signal('SIGINT');
    const { code, stdout, stderr } = await demo.app.ended;
    expect({ code, running: demo.running() }, stderr).toEqual({ code: 0, running: [] });
    for (const line of SUMMARY) expect(stdout).toMatch(line);
    expect(stderr).not.toContain('Error');
  });
});

describe('demo with an API key', () => {
  afterEach(killDemos);

  it('demo with an API key calls the real provider and shows its tokens', async () => {
    await using provider = await startLlmProvider();
    const usage = { input: 1200, cacheRead: 1024, output: 90, reasoning: 64 };
    provider.usually({ usage, model: 'gpt-5-mini-2025-08-07' });
    const { app, running } = runDemo('gateway', ['--for', '7'], {
      OPENAI_API_KEY: 'a-key',
      OPENAI_BASE_URL: provider.urls.openai,
    });
    const { code, stdout, stderr } = await app.ended;
    expect({ code, running: running() }, stderr).toEqual({ code: 0, running: [] });
    expect(stdout).toContain('OpenAI by your OPENAI_API_KEY');
    const calls = provider.calls.length;
    expect(calls).toBeGreaterThan(0);
    for (const { headers } of provider.calls) expect(headers.authorization).toBe('Bearer a-key');
    for (const [kind, each] of Object.entries({ input: 1200, cache_read: 1024, output: 90, reasoning: 64 }))
      expect(stdout).toMatch(new RegExp(`gpt-5-mini ${kind} +${calls * each}\\n`));
  });
});

/** A line of each section of the summary. */
const SUMMARY = [
  /POST \/chat 200 +\d+ × /,
  /hit +\d+ +\d+ %/,
  /gpt-5-mini answered +\d+ × /,
  /claude-haiku-4-5 to summarise answered +\d+ × /,
  /gpt-5-mini cache_read +\d+$/m,
  /claude-haiku-4-5 +0\.\d+$/m,
  /weather done +\d+ × /,
  /summaries summarise completed +\d+ × /,
  /0\.\d+ USD spent on \d+ tokens/,
];

function samplesOn(pages: readonly string[], name: string) {
  return pages
    .flatMap((page) => [...parseExposition(page).values()])
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name);
}

function sumOf(pages: readonly string[], name: string): number {
  return samplesOn(pages, name).reduce((sum, { value }) => sum + value, 0);
}

function missingOn(pages: readonly string[]): string[] {
  return Object.values(PROMISED)
    .flat()
    .filter((name) => !(sumOf(pages, name) > 0));
}

function valuesOf(pages: readonly string[], name: string, label: string): string[] {
  return [...new Set(samplesOn(pages, name).map(({ labels }) => labels[label] ?? ''))].toSorted();
}

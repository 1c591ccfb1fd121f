// Applications that call LLMs, as ES modules, CommonJS and one bundled file, unchanged: each call once and its tokens on /metrics.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../kit/apps/http-traffic.ts';
import { killApps, runApp } from '../kit/apps/run-app.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { parseExposition } from '../kit/samples/parse-exposition.ts';
import { conventionalName, type LlmProvider, type ProviderName, startLlmProvider } from '../kit/servers/llm-provider.ts';

const ENDPOINT = { OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1', OTEL_EXPORTER_PROMETHEUS_PORT: '0', STAYS: 'yes' };
const FIXTURES = 'test/process/fixtures';

let provider: LlmProvider;
let env: Record<string, string>;
let folder: string;

beforeAll(async () => {
  provider = await startLlmProvider();
  const servers = provider.servers.map(({ provider: name, url }) => `${name}=${url}`).join(';');
  env = { ...ENDPOINT, LLM_URLS: JSON.stringify(provider.urls), PROMTEL_LLM_BASE_URLS: servers };
  folder = mkdtempSync(join(tmpdir(), 'promtel-llm-'));
});
afterEach(() => {
  killApps();
  provider.reset();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await provider[Symbol.asyncDispose]();
});

interface Page {
  /** The sum of a metric's series, by one of its labels. */
  by(metric: string, label: string): Record<string, number>;
  has(metric: string): boolean;
}

/** Runs the program until it has called all clients, and reads its page. */
async function pageOf(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Page> {
  const app = runApp(args, { env: { ...env, ...more } });
  const [, url] = await app.line(/metrics at (http:\S+?),/);
  await app.line(/called all/);
  let families: ReturnType<typeof parseExposition> = new Map();
  await eventually(async () => {
    families = parseExposition(await (await fetch(url!)).text());
    expect(families.get('llm_active')?.samples.every(({ value }) => value === 0)).toBe(true);
  });
  return {
    has: (metric) => families.has(metric),
    by(metric, label) {
      const sums: Record<string, number> = {};
      for (const { name, labels, value } of families.get(metric)?.samples ?? [])
        if (name === metric || name === `${metric}_count`) sums[labels[label]!] = (sums[labels[label]!] ?? 0) + value;
      return sums;
    },
  };
}

const DURATION = 'gen_ai_client_operation_duration_seconds';
const FIRST_CHUNK = 'gen_ai_client_operation_time_to_first_chunk_seconds';

/** Each provider as often as is expected. */
function times(count: number, names: readonly ProviderName[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [conventionalName(name), count]));
}

const SOME = ['openai', 'anthropic', 'ollama', 'groq', 'cohere'] as const;
const ALL_COMMON = [...SOME, 'google'] as const;
const ALL = [...ALL_COMMON, 'mistral'] as const;

function expectAll(page: Page, names: readonly ProviderName[]): void {
  expect(page.by(DURATION, 'gen_ai_provider_name')).toEqual(times(2, names));
  expect(page.by(FIRST_CHUNK, 'gen_ai_provider_name')).toEqual(times(1, names));
  expect(page.by('llm_tokens_total', 'gen_ai_token_type')).toMatchObject({ input: 24 * names.length, output: 10 * names.length });
  expect(page.by('llm_finish_reasons_total', 'gen_ai_provider_name')).toEqual(times(2, names));
  expect(page.has('llm_unmetered_calls_total')).toBe(false);
  expect(provider.calls).toHaveLength(2 * names.length);
}

describe.each([
  ['--import', 'llm-clients.mjs', ALL],
  ['--require', 'llm-clients.mjs', ALL],
  ['--import', 'llm-clients.cjs', ALL_COMMON],
  ['--require', 'llm-clients.cjs', ALL_COMMON],
] as const)('node %s ./register.js %s', (option, file, names) => {
  it('counts every call of an LLM client once, and its tokens', async () => {
    expectAll(await pageOf([option, './register.js', `${FIXTURES}/${file}`]), names);
  });
});

it('a bundled application has the LLM calls counted that it sends', async () => {
  const outfile = join(folder, 'llm-bundle.cjs');
  const entry = fileURLToPath(new URL('fixtures/llm-bundle.cjs', import.meta.url));
  buildSync({ entryPoints: [entry], outfile, bundle: true, minify: true, platform: 'node', logLevel: 'error' });
  expectAll(await pageOf(['--import', './register.js', outfile]), SOME);
});

describe('OTEL_SEMCONV_STABILITY_OPT_IN', () => {
  const LATEST = 'gen_ai_client_inference_duration_seconds';
  it.each([
    ['http', [DURATION]],
    ['gen_ai_latest_experimental', [LATEST]],
    ['database/dup,gen_ai_latest_experimental/dup', [DURATION, LATEST]],
  ])('OTEL_SEMCONV_STABILITY_OPT_IN=%s selects the names of GenAI metrics', async (value, expected) => {
    const page = await pageOf(['--import', './register.js', `${FIXTURES}/llm-clients.cjs`], {
      OTEL_SEMCONV_STABILITY_OPT_IN: value,
    });
    expect([DURATION, LATEST].filter((metric) => page.has(metric))).toEqual(expected);
    for (const metric of expected) expect(page.by(metric, 'gen_ai_provider_name')).toEqual(times(2, ALL_COMMON));
  });
});

it('without PROMTEL_LLM_BASE_URLS, a provider of an unknown host is recognised by its protocol', async () => {
  const page = await pageOf(['--import', './register.js', `${FIXTURES}/llm-clients.cjs`], { PROMTEL_LLM_BASE_URLS: '' });
  expect(page.by(DURATION, 'gen_ai_provider_name')).toEqual({ openai: 4, anthropic: 2, 'gcp.gemini': 2, ollama: 2, cohere: 2 });
});

it('an application ends by itself after calls to all LLM providers', async () => {
  const { code, stdout, stderr } = await runToEnd(['--import', './register.js', `${FIXTURES}/llm-clients.cjs`], {
    ...env,
    STAYS: '',
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'called all\n' });
  expect(stderr).toMatch(/^promtel: \d.*llm.*\n$/);
});

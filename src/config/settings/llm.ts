// Settings of LLM calls: the names of their metrics, further servers, and prices.
import type { GenAiNames, LlmPrice, LlmServer } from '../../core/llm-settings.ts';
import { entries } from '../parse-list.ts';
import { decimal, isHttpUrl } from '../parse.ts';
import type { Area, Parser } from '../setting.ts';

const server: Parser<readonly LlmServer[]> = entries('provider=URL', (provider, text) => {
  if (!/^[\w.-]+$/.test(provider) || !isHttpUrl(text)) return undefined;
  // Without credentials and default port, as the URL of a request is compared with it.
  const { origin, pathname } = new URL(text);
  return { provider, url: (origin + pathname).replace(/\/+$/, '') };
});

/** Prices by their position in the text; those of the cache default to the input's. */
const price: Parser<readonly LlmPrice[]> = entries('model=input/output[/cache read[/cache write]]', (model, text) => {
  const [input, output, cacheRead = input, cacheWrite = input, ...more] = text
    .split('/')
    .map((part) => decimal(part.trim()) ?? -1);
  const prices = [input, output, cacheRead, cacheWrite];
  if (more.length > 0 || prices.some((value) => value === undefined || value < 0)) return undefined;
  return { model, input: input!, output: output!, cacheRead: cacheRead!, cacheWrite: cacheWrite! };
});

const OPT_INS: Readonly<Record<string, GenAiNames>> = {
  gen_ai_latest_experimental: 'latest',
  'gen_ai_latest_experimental/dup': 'both',
};

/** Other libraries read the variable too, so words that are not ours are no mistake. */
const genAiNames: Parser<GenAiNames> = {
  accepts: 'a comma-separated list, of which gen_ai_latest_experimental and gen_ai_latest_experimental/dup count here',
  parse: (text) =>
    text
      .split(',')
      .map((word) => OPT_INS[word.trim().toLowerCase()])
      .findLast((names) => names !== undefined) ?? 'established',
};

export const llm = {
  genAiNames: {
    env: 'OTEL_SEMCONV_STABILITY_OPT_IN',
    parser: genAiNames,
    fallback: '',
    unset: 'the established names',
    brief: 'Whether LLM metrics have the latest names of the GenAI conventions, or both established and latest ones (/dup).',
  },
  llmServers: {
    env: 'PROMTEL_LLM_BASE_URLS',
    parser: server,
    fallback: '',
    unset: 'the public hosts of the providers',
    brief:
      'Base URLs of further LLM servers, such as gateways and your own, for example `vllm=http://gpu-1:8000/v1;openai=https://llm.example.com/v1`.',
  },
  llmPrices: {
    env: 'PROMTEL_LLM_PRICES',
    parser: price,
    fallback: '',
    unset: 'the published prices',
    brief:
      'Your own prices in USD per million tokens, which override the published ones, for example `llama-*=0.2/0.6;house-model=1/3/0.1`; a later entry wins.',
  },
} as const satisfies Area;

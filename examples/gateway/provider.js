// A simulated LLM provider with the APIs of OpenAI and Anthropic: latency, prompt caching, rate limits and failures.
import { BROKEN, OVERLOADED, RATE_LIMITED, startLlmProvider } from '../../test/kit/servers/llm-provider.ts';

/** The names of the models in responses. */
const RESPONSE_MODELS = { 'gpt-5-mini': 'gpt-5-mini-2025-08-07', 'claude-haiku-4-5': 'claude-haiku-4-5-20251001' };

/** Failures, each of every n-th request. */
const FAILURES = {
  openai: [
    [11, RATE_LIMITED],
    [17, BROKEN],
  ],
  anthropic: [[8, OVERLOADED]],
};

const REFUSED = {
  error: { status: 400, type: 'invalid_request_error', code: 'content_policy_violation', message: 'Not with this model' },
};

const WORDS = `That is a good question, and many have thought about it. In short: it depends on where you look from, and on when.
Some say more, most say less, and those who have seen it say nothing at all.`.split(/(?<=\s)/);

const WORD_MILLIS = 20;
const MIN_WORDS = 25;
const TOKENS_PER_WORD = 1.5;
const INSTRUCTION_TOKENS = 1100;
const CACHED_TOKENS = 1024;
const REASONING_TOKENS = 64;
const REQUESTS_PER_MINUTE = 2000;
const TOKENS_PER_MINUTE = 4_000_000;

const requests = { openai: 0, anthropic: 0 };

const provider = await startLlmProvider();
provider.usually((request, path) => {
  // The provider records its requests for tests; here that list would only grow.
  provider.calls.length = 0;
  const name = path.split('/')[1];
  const count = (requests[name] += 1);
  const [, failure] = FAILURES[name].find(([every]) => count % every === 0) ?? [];
  return { ...answerTo(name, request, count), rateLimits: limitsAfter(count), ...failure };
});
console.log(`provider on http://127.0.0.1:${provider.port}`);
process.on('SIGTERM', () => process.exit(0));

function answerTo(name, request, count) {
  const { role, content } = request.messages.at(-1);
  const [, tool, city] = (role === 'user' && /(weather|clock) in (\w+)/.exec(content)) || [];
  if (content.includes('password')) return REFUSED;
  const texts = tool === undefined ? WORDS.slice(0, MIN_WORDS + Math.random() * WORDS.length) : [];
  const firstMillis = 60 + Math.random() * 240;
  return {
    model: RESPONSE_MODELS[request.model],
    texts,
    toolCalls: tool === undefined ? [] : [{ name: tool, input: { city } }],
    usage: usageOf(name, JSON.stringify(request.messages), texts, count === 1),
    ...(request.stream
      ? { firstDelayMillis: firstMillis, eventDelayMillis: WORD_MILLIS }
      : { headersDelayMillis: firstMillis + WORD_MILLIS * texts.length }),
  };
}

/** The instructions are read from the prompt cache, except by the first request. */
function usageOf(name, messages, texts, isFirst) {
  const input = INSTRUCTION_TOKENS + Math.ceil(messages.length / 4);
  const output = 10 + Math.ceil(TOKENS_PER_WORD * texts.length);
  if (name === 'openai')
    return { input, cacheRead: isFirst ? 0 : CACHED_TOKENS, output: output + REASONING_TOKENS, reasoning: REASONING_TOKENS };
  return { input, [isFirst ? 'cacheWrite' : 'cacheRead']: CACHED_TOKENS, output };
}

function limitsAfter(count) {
  const spent = count % REQUESTS_PER_MINUTE;
  return { requests: REQUESTS_PER_MINUTE - spent, tokens: TOKENS_PER_MINUTE - spent * INSTRUCTION_TOKENS };
}

// The server-sent events of a streamed response of OpenAI: a hundred events and `[DONE]`.
const head = {
  id: 'chatcmpl-CPkw0123456789abcdefghijklmno',
  object: 'chat.completion.chunk',
  created: 1_795_000_000,
  model: 'gpt-5-mini-2026-01-01',
  service_tier: 'default',
  system_fingerprint: 'fp_0123456789',
};

const words = Array.from({ length: 98 }, (_, index) => ({
  ...head,
  choices: [{ index: 0, delta: { content: ` word${index}` }, logprobs: null, finish_reason: null }],
  usage: null,
  obfuscation: 'abcdefghijklmnop'.slice(index % 16),
}));
const end = { ...head, choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }], usage: null };
const usage = {
  prompt_tokens: 12,
  completion_tokens: 98,
  total_tokens: 110,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

export const COUNT = 100;

export const EVENTS: readonly string[] = [
  ...[...words, end, { ...head, choices: [], usage }].map((event) => `data: ${JSON.stringify(event)}\n\n`),
  'data: [DONE]\n\n',
];

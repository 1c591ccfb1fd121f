// The client libraries of LLM providers: the same call by each, plain and streamed, to the loopback provider.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { Mistral } from '@mistralai/mistralai';
import { CohereClientV2 } from 'cohere-ai';
import Groq from 'groq-sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { conventionalName, type LlmProvider, type ProviderName } from '../servers/llm-provider.ts';

export interface ClientCall {
  readonly title: string;
  readonly provider: ProviderName;
  /** The provider's name in the semantic conventions. */
  readonly name: string;
  readonly operation: 'chat' | 'embeddings' | 'generate_content' | 'text_completion';
  readonly isStream: boolean;
  readonly model: string;
  /** The provider's finish reason of a complete answer; undefined for operations that have none. */
  readonly finishReason: string | undefined;
  /** Makes the call once, without retries, and resolves when the answer was read to its end. */
  run(urls: LlmProvider['urls'], model?: string): Promise<unknown>;
}

type Run = (urls: LlmProvider['urls'], model: string) => unknown;

const KEY = { apiKey: 'none', maxRetries: 0 };
const PROMPT = 'How are you?';
export const MESSAGES = [{ role: 'user' as const, content: PROMPT }];

export const openaiOf = ({ openai }: LlmProvider['urls'], maxRetries = 0): OpenAI =>
  new OpenAI({ ...KEY, baseURL: openai, maxRetries });
export const anthropicOf = ({ anthropic }: LlmProvider['urls'], maxRetries = 0): Anthropic =>
  new Anthropic({ ...KEY, baseURL: anthropic, maxRetries });
const googleOf = ({ google }: LlmProvider['urls']): GoogleGenAI =>
  new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: google } });
export const mistralOf = ({ mistral }: LlmProvider['urls']): Mistral => new Mistral({ apiKey: 'none', serverURL: mistral });
const groqOf = ({ groq }: LlmProvider['urls'], maxRetries = 0): Groq => new Groq({ ...KEY, baseURL: groq, maxRetries });
const ollamaOf = ({ ollama }: LlmProvider['urls']): Ollama => new Ollama({ host: ollama });
const cohereOf = ({ cohere }: LlmProvider['urls']): CohereClientV2 =>
  new CohereClientV2({ token: 'none', baseUrl: cohere, environment: cohere, maxRetries: 0 });

const USAGE = { stream_options: { include_usage: true } };

export const CLIENT_CALLS: readonly ClientCall[] = [
  call('openai', 'chat', 'stop', (urls, model) => openaiOf(urls).chat.completions.create({ model, messages: MESSAGES })),
  stream('openai', 'chat', 'stop', (urls, model) =>
    openaiOf(urls).chat.completions.create({ model, messages: MESSAGES, stream: true, ...USAGE }),
  ),
  call('openai', 'responses', 'completed', (urls, model) => openaiOf(urls).responses.create({ model, input: PROMPT })),
  stream('openai', 'responses', 'completed', (urls, model) =>
    openaiOf(urls).responses.create({ model, input: PROMPT, stream: true }),
  ),
  call('openai', 'text_completion', 'stop', (urls, model) => openaiOf(urls).completions.create({ model, prompt: PROMPT })),
  stream('openai', 'text_completion', 'stop', (urls, model) =>
    openaiOf(urls).completions.create({ model, prompt: PROMPT, stream: true, ...USAGE }),
  ),
  call('openai', 'embeddings', undefined, (urls, model) => openaiOf(urls).embeddings.create({ model, input: [PROMPT] })),
  call('anthropic', 'chat', 'end_turn', (urls, model) =>
    anthropicOf(urls).messages.create({ model, max_tokens: 99, messages: MESSAGES }),
  ),
  stream('anthropic', 'chat', 'end_turn', (urls, model) =>
    anthropicOf(urls).messages.create({ model, max_tokens: 99, messages: MESSAGES, stream: true }),
  ),
  call('google', 'generate_content', 'STOP', (urls, model) => googleOf(urls).models.generateContent({ model, contents: PROMPT })),
  stream('google', 'generate_content', 'STOP', (urls, model) =>
    googleOf(urls).models.generateContentStream({ model, contents: PROMPT }),
  ),
  call('google', 'embeddings', undefined, (urls, model) => googleOf(urls).models.embedContent({ model, contents: PROMPT })),
  call('mistral', 'chat', 'stop', (urls, model) => mistralOf(urls).chat.complete({ model, messages: MESSAGES })),
  stream('mistral', 'chat', 'stop', (urls, model) => mistralOf(urls).chat.stream({ model, messages: MESSAGES })),
  call('mistral', 'embeddings', undefined, (urls, model) => mistralOf(urls).embeddings.create({ model, inputs: [PROMPT] })),
  call('groq', 'chat', 'stop', (urls, model) => groqOf(urls).chat.completions.create({ model, messages: MESSAGES })),
  stream('groq', 'chat', 'stop', (urls, model) =>
    groqOf(urls).chat.completions.create({ model, messages: MESSAGES, stream: true }),
  ),
  call('ollama', 'chat', 'stop', (urls, model) => ollamaOf(urls).chat({ model, messages: MESSAGES })),
  stream('ollama', 'chat', 'stop', (urls, model) => ollamaOf(urls).chat({ model, messages: MESSAGES, stream: true })),
  call('ollama', 'text_completion', 'stop', (urls, model) => ollamaOf(urls).generate({ model, prompt: PROMPT })),
  stream('ollama', 'text_completion', 'stop', (urls, model) => ollamaOf(urls).generate({ model, prompt: PROMPT, stream: true })),
  call('ollama', 'embeddings', undefined, (urls, model) => ollamaOf(urls).embed({ model, input: PROMPT })),
  call('cohere', 'chat', 'COMPLETE', (urls, model) => cohereOf(urls).chat({ model, messages: MESSAGES })),
  stream('cohere', 'chat', 'COMPLETE', (urls, model) => cohereOf(urls).chatStream({ model, messages: MESSAGES })),
  call('cohere', 'embeddings', undefined, (urls, model) =>
    cohereOf(urls).embed({ model, texts: [PROMPT], inputType: 'search_query', embeddingTypes: ['float'] }),
  ),
];

/** The call with a title such as `openai chat, streamed`. */
export function clientCall(title: string): ClientCall {
  const found = CLIENT_CALLS.find((one) => one.title === title);
  if (found === undefined) throw new Error(`there is no call ${title}`);
  return found;
}

type Kind = ClientCall['operation'] | 'responses';

function call(provider: ProviderName, kind: Kind, finishReason: string | undefined, run: Run): ClientCall {
  return callOf(provider, kind, finishReason, false, async (urls, model) => await run(urls, model));
}

function stream(provider: ProviderName, kind: Kind, finishReason: string, run: Run): ClientCall {
  return callOf(provider, kind, finishReason, true, async (urls, model) => {
    const events: unknown[] = [];
    for await (const event of (await run(urls, model)) as AsyncIterable<unknown>) events.push(event);
    return events;
  });
}

function callOf(
  provider: ProviderName,
  kind: Kind,
  finishReason: string | undefined,
  isStream: boolean,
  run: (urls: LlmProvider['urls'], model: string) => Promise<unknown>,
): ClientCall {
  return {
    title: `${provider} ${kind}${isStream ? ', streamed' : ''}`,
    provider,
    name: conventionalName(provider),
    operation: kind === 'responses' ? 'chat' : kind,
    isStream,
    model: `${provider}-model`,
    finishReason,
    run: (urls, model = `${provider}-model`) => run(urls, model),
  };
}

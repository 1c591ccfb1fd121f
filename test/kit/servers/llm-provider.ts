// An LLM provider on the loopback address for tests: speaks the wire formats of real ones, answers by script, and keeps all calls.
//
// const provider = await startLlmProvider();
// provider.next({ usage: { input: 12, output: 5 } }, RATE_LIMITED);   // how the next two requests are answered
// const client = new OpenAI({ baseURL: provider.urls.openai, apiKey: 'none', maxRetries: 0 });
// await client.chat.completions.create({ model: 'gpt-5', messages });
// provider.calls[0].usage                                             // the usage of its answer, for comparison
import { createServer, type IncomingMessage } from 'node:http';
import type { LlmServer } from '../../../src/core/llm-settings.ts';
import type { TokenUsage } from '../../../src/core/token-usage.ts';
import { listen } from '../apps/http-traffic.ts';
import { anthropic } from './llm-wires/anthropic.ts';
import { cohereWires } from './llm-wires/cohere.ts';
import { googleWires } from './llm-wires/google.ts';
import { ollamaWires } from './llm-wires/ollama.ts';
import { openaiWires } from './llm-wires/openai-chat.ts';
import { openaiResponses } from './llm-wires/openai-responses.ts';
import { type Answer, sendAnswer } from './llm-wires/send.ts';
import type { PlainAnswer, ProviderError, RateLimitsLeft, ToolCall, Wire } from './llm-wires/wire.ts';

/** How a request is answered. All of it may be left out. */
export interface Script {
  /** The parts of the text, each an event of a stream; by default three words. */
  readonly texts?: readonly string[];
  readonly toolCalls?: readonly ToolCall[];
  /** Tokens as promtel counts them: input with those of the cache, output with those of reasoning; null for an answer without a usage. */
  readonly usage?: TokenUsage | null;
  /** The model that answers; by default the requested one, with `-2026-01-01`. */
  readonly model?: string;
  /** In the provider's word. */
  readonly finishReason?: string;
  /** Instead of an answer. */
  readonly error?: ProviderError;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rateLimits?: RateLimitsLeft;
  readonly encoding?: 'gzip' | 'br' | 'zstd' | 'deflate';
  /** Before the status line. */
  readonly headersDelayMillis?: number;
  /** Between the status line and the first output of a stream. */
  readonly firstDelayMillis?: number;
  /** Between one output of a stream and the next. */
  readonly eventDelayMillis?: number;
  /** The body goes out in parts of this size, whatever they cut in two. */
  readonly partBytes?: number;
  /** What happens after so many outputs of a stream; `destroy` cuts the connection, `hang` sends nothing more. */
  readonly breakAfter?: { readonly outputs: number; readonly by: 'destroy' | 'hang' | ProviderError };
}

export const RATE_LIMITED: Script = {
  error: { status: 429, type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached' },
  headers: { 'retry-after': '0', 'retry-after-ms': '1' },
  rateLimits: { requests: 0, tokens: 149_984 },
};
export const BROKEN: Script = { error: { status: 500, type: 'server_error', message: 'The server had an error' } };
export const OVERLOADED: Script = { error: { status: 529, type: 'overloaded_error', message: 'Overloaded' } };

/** A request, and how it was answered. */
export interface ReceivedCall {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly request: Readonly<Record<string, unknown>>;
  readonly isStream: boolean;
  readonly script: Script;
  /** The tokens in the answer, as promtel counts them; undefined if it has none. */
  readonly usage: TokenUsage | undefined;
  /** The model that answered. */
  readonly model: string;
  /** When each output of a stream was sent, as `performance.now()` gives it. */
  readonly outputMillis: number[];
}

const WIRES = {
  openai: [openaiResponses, ...openaiWires('openai')],
  anthropic: [anthropic],
  google: googleWires,
  mistral: openaiWires('mistral'),
  groq: openaiWires('groq'),
  ollama: ollamaWires,
  cohere: cohereWires,
} as const satisfies Record<string, readonly Wire[]>;

export type ProviderName = keyof typeof WIRES;

/** What the conventions call a provider. */
export function conventionalName(name: ProviderName): string {
  return { google: 'gcp.gemini', mistral: 'mistral_ai' }[name as string] ?? name;
}

export interface LlmProvider extends AsyncDisposable {
  readonly port: number;
  /** What its clients take as their base URL. */
  readonly urls: Readonly<Record<ProviderName, string>>;
  /** What promtel has to be set to so that it knows each by its name, as with `PROMTEL_LLM_BASE_URLS`. */
  readonly servers: readonly LlmServer[];
  /** All requests so far, in their order. */
  readonly calls: readonly ReceivedCall[];
  /** How the next requests are answered, each by one script. */
  next(...scripts: Script[]): void;
  /** The script of all other requests, and of what the script of a request leaves out. */
  usually(script: Script | ((request: PlainAnswer['request'], path: string) => Script)): void;
  /** Forgets scripts and calls. */
  reset(): void;
}

const USAGE: TokenUsage = { input: 12, output: 5 };

/** Starts it on a free port. A format is known by the first word of the path, as in `urls`, or else by the first that fits. */
export async function startLlmProvider(): Promise<LlmProvider> {
  const calls: ReceivedCall[] = [];
  let scripts: Script[] = [];
  let usual: (request: PlainAnswer['request'], path: string) => Script = () => ({});
  const server = createServer((request, response) => {
    const answered = bodyOf(request).then(async (body) => {
      const [path] = request.url!.split('?') as [string];
      const wire = wireFor(path);
      if (wire === undefined) return void response.writeHead(404).end();
      const script = { ...usual(body, path), ...scripts.shift() };
      const answer = answerOf(wire, body, path, script);
      const { usage, model } = answer.plain;
      const { isStream, outputMillis } = answer;
      calls.push({ path, headers: request.headers, request: body, isStream, script, usage, model, outputMillis });
      await sendAnswer(response, answer);
    });
    // The client may be gone, even before it has sent all of its request.
    answered.catch((error: Error) => response.destroy(error));
  });
  const port = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
  const names = Object.keys(WIRES) as ProviderName[];
  return {
    port,
    urls: {
      ...(Object.fromEntries(names.map((name) => [name, `${origin}/${name}`])) as Record<ProviderName, string>),
      openai: `${origin}/openai/v1`,
    },
    servers: names.map((name) => ({ provider: conventionalName(name), url: `${origin}/${name}` })),
    calls,
    next: (...more) => void scripts.push(...more),
    usually: (script) => (usual = typeof script === 'function' ? script : () => script),
    reset() {
      scripts = [];
      usual = () => ({});
      calls.length = 0;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function wireFor(path: string): Wire | undefined {
  const name = path.split('/')[1]!;
  const wires: readonly Wire[] = Object.hasOwn(WIRES, name) ? WIRES[name as ProviderName] : Object.values(WIRES).flat();
  return wires.find((wire) => wire.path.test(path));
}

function answerOf(wire: Wire, request: PlainAnswer['request'], path: string, script: Script): Answer {
  const named = request['model'];
  const model = typeof named === 'string' ? named : (/(?:models|deployments)\/([^/:]+)/.exec(path)?.[1] ?? 'a-model');
  const isStream = wire.isStream(request, path);
  const hasNoUsage = script.usage === null || script.error !== undefined || (isStream && wire.leavesOutUsage?.(request));
  const plain: PlainAnswer = {
    request,
    model: script.model ?? `${model}-2026-01-01`,
    texts: script.texts ?? (script.toolCalls === undefined ? ['one ', 'two ', 'three'] : []),
    toolCalls: script.toolCalls ?? [],
    finishReason: script.finishReason,
    usage: hasNoUsage ? undefined : (script.usage ?? USAGE),
  };
  return { wire, plain, script, isStream, outputMillis: [] };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  try {
    return JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

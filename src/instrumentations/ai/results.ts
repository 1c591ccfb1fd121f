// What a model of the Vercel AI SDK gives: its usage, why it finished, and its stream, as it goes by.
import { textOf } from '../../core/text.ts';
import type { TokenUsage } from '../../core/token-usage.ts';
import type { Guard } from '../../hooks/instrumentation.ts';
import type { ClientLlmCall } from '../../recorders/llm/client-calls.ts';

/** As models give it, or as the library's events do, which have plain numbers and their details beside them. */
export interface AiUsage {
  readonly inputTokens?: AiTokens | number | null;
  readonly outputTokens?: AiTokens | number | null;
  readonly inputTokenDetails?: { readonly cacheReadTokens?: unknown; readonly cacheWriteTokens?: unknown } | null;
  readonly outputTokenDetails?: { readonly reasoningTokens?: unknown } | null;
}

interface AiTokens {
  readonly total?: unknown;
  readonly cacheRead?: unknown;
  readonly cacheWrite?: unknown;
  readonly reasoning?: unknown;
}

/** In the library's word, or also in the provider's. */
export type AiFinishReason = string | { readonly unified?: unknown; readonly raw?: unknown } | null;

export interface AiResult {
  readonly usage?: AiUsage | null;
  readonly finishReason?: AiFinishReason;
  readonly response?: { readonly modelId?: unknown } | null;
  readonly stream?: unknown;
}

interface StreamPart {
  readonly type?: unknown;
  readonly modelId?: unknown;
  readonly error?: unknown;
  readonly usage?: AiUsage | null;
  readonly finishReason?: AiFinishReason;
}

/** The parts of a stream that carry output. */
const OUTPUT = new Set<unknown>(['text-delta', 'reasoning-delta', 'tool-input-delta', 'tool-call', 'file', 'reasoning-file']);

/** The ways to read a stream. */
const READERS = ['pipeThrough', 'pipeTo', 'getReader', 'tee', 'values', 'cancel', Symbol.asyncIterator] as const;

/** Ends a call with what it gave, or follows the stream that it gave. */
export function followResult(call: ClientLlmCall, result: AiResult, guard: Guard): void {
  const { stream } = result;
  if (call.isOver) return;
  if (stream instanceof ReadableStream && !stream.locked && Object.isExtensible(stream)) return followStream(call, stream, guard);
  // What it gives, nobody sees.
  if (stream !== undefined) return call.forget();
  call.end({
    responseModel: textOf(result.response?.modelId),
    finishReason: reasonOf(result.finishReason),
    usage: usageOf(result.usage),
  });
}

/**
 * Sees each part as it is read. The stream stays the same object, since the library gives its integrations copies of what it
 * hands on; whatever it is read by reads the watched one instead.
 */
function followStream(call: ClientLlmCall, stream: ReadableStream, guard: Guard): void {
  const watcher = new StreamWatcher(call);
  const see = guard((part: StreamPart) => watcher.see(part));
  const finish = guard(() => watcher.finish());
  const cutOff = guard((reason: unknown) => watcher.cutOff(reason));
  const watched = stream.pipeThrough(
    new TransformStream<StreamPart, StreamPart>({
      transform(part, controller) {
        see(part);
        controller.enqueue(part);
      },
      flush: () => finish(),
      cancel: (reason) => cutOff(reason),
    }),
  );
  for (const name of READERS) {
    const value = (...values: unknown[]): unknown => Reflect.apply(watched[name] as () => unknown, watched, values);
    Object.defineProperty(stream, name, { value, configurable: true, writable: true });
  }
  Object.defineProperty(stream, 'locked', { get: () => watched.locked, configurable: true });
  call.forgetWith(watched);
}

class StreamWatcher {
  readonly #call: ClientLlmCall;
  #model: string | undefined;

  constructor(call: ClientLlmCall) {
    this.#call = call;
  }

  see(part: StreamPart): void {
    if (OUTPUT.has(part.type)) this.#call.chunk(this.#model);
    else if (part.type === 'response-metadata') this.#model = textOf(part.modelId);
    else if (part.type === 'error') this.cutOff(part.error);
    else if (part.type === 'finish') this.finish(part);
  }

  cutOff(reason: unknown): void {
    this.#call.cutOff(reason, { responseModel: this.#model });
  }

  finish({ usage, finishReason }: StreamPart = {}): void {
    const [responseModel, reason, used] = [this.#model, reasonOf(finishReason), usageOf(usage)];
    this.#call.end({ responseModel, finishReason: reason, usage: used, isStream: true });
  }
}

/** Undefined if there is no word of either input or output. */
export function usageOf(usage: AiUsage | null | undefined): TokenUsage | undefined {
  const [input, output] = [tokensOf(usage?.inputTokens), tokensOf(usage?.outputTokens)];
  const [read, written] = [usage?.inputTokenDetails?.cacheReadTokens, usage?.inputTokenDetails?.cacheWriteTokens];
  const told: TokenUsage = {
    input: count(input.total),
    cacheRead: count(input.cacheRead ?? read),
    cacheWrite: count(input.cacheWrite ?? written),
    output: count(output.total),
    reasoning: count(output.reasoning ?? usage?.outputTokenDetails?.reasoningTokens),
  };
  return told.input === undefined && told.output === undefined ? undefined : told;
}

function tokensOf(tokens: AiTokens | number | null | undefined): AiTokens {
  return typeof tokens === 'number' ? { total: tokens } : (tokens ?? {});
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The provider's word, if there is one. */
export function reasonOf(reason: AiFinishReason | undefined): string | undefined {
  if (typeof reason !== 'object' || reason === null) return textOf(reason);
  return textOf(reason.raw) ?? textOf(reason.unified);
}

// Results of the Vercel AI SDK's models: usage, finish reason, and streams, whose parts are observed as they are read.
import { textOf } from '../../core/text.ts';
import type { TokenUsage } from '../../core/token-usage.ts';
import type { Guard } from '../../hooks/instrumentation.ts';
import type { ClientLlmCall } from '../../recorders/llm/client-calls.ts';

/** As in the results of models, or as in the library's events, which have plain numbers and their details beside them. */
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

/** The library's value, or that and the provider's. */
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

/** The methods by which a stream is read. */
const READERS = ['pipeThrough', 'pipeTo', 'getReader', 'tee', 'values', 'cancel', Symbol.asyncIterator] as const;

/** Ends a call with its result, or when the stream in its result ends. */
export function recordResult(call: ClientLlmCall, result: AiResult, guard: Guard): void {
  const { stream } = result;
  if (call.isOver) return;
  if (stream instanceof ReadableStream && !stream.locked && Object.isExtensible(stream))
    return observeStream(call, stream, guard);
  // A stream that cannot be observed.
  if (stream !== undefined) return call.forget();
  call.end({
    responseModel: textOf(result.response?.modelId),
    finishReason: reasonOf(result.finishReason),
    usage: usageOf(result.usage),
  });
}

/**
 * Observes each part as it is read. The stream stays the same object, since the library gives its integrations copies of what it
 * passes on; whatever reads it, reads the observed one instead.
 */
function observeStream(call: ClientLlmCall, stream: ReadableStream, guard: Guard): void {
  const observer = new StreamObserver(call);
  const record = guard((part: StreamPart) => observer.record(part));
  const finish = guard(() => observer.finish());
  const cutOff = guard((reason: unknown) => observer.cutOff(reason));
  const observed = stream.pipeThrough(
    new TransformStream<StreamPart, StreamPart>({
      transform(part, controller) {
        record(part);
        controller.enqueue(part);
      },
      flush: () => finish(),
      cancel: (reason) => cutOff(reason),
    }),
  );
  for (const name of READERS) {
    const value = (...values: unknown[]): unknown => Reflect.apply(observed[name] as () => unknown, observed, values);
    Object.defineProperty(stream, name, { value, configurable: true, writable: true });
  }
  Object.defineProperty(stream, 'locked', { get: () => observed.locked, configurable: true });
  call.forgetWith(observed);
}

class StreamObserver {
  readonly #call: ClientLlmCall;
  #model: string | undefined;

  constructor(call: ClientLlmCall) {
    this.#call = call;
  }

  record(part: StreamPart): void {
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

/** Undefined if it has neither input nor output tokens. */
export function usageOf(usage: AiUsage | null | undefined): TokenUsage | undefined {
  const [input, output] = [tokensOf(usage?.inputTokens), tokensOf(usage?.outputTokens)];
  const [read, written] = [usage?.inputTokenDetails?.cacheReadTokens, usage?.inputTokenDetails?.cacheWriteTokens];
  const counts: TokenUsage = {
    input: count(input.total),
    cacheRead: count(input.cacheRead ?? read),
    cacheWrite: count(input.cacheWrite ?? written),
    output: count(output.total),
    reasoning: count(output.reasoning ?? usage?.outputTokenDetails?.reasoningTokens),
  };
  return counts.input === undefined && counts.output === undefined ? undefined : counts;
}

function tokensOf(tokens: AiTokens | number | null | undefined): AiTokens {
  return typeof tokens === 'number' ? { total: tokens } : (tokens ?? {});
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The provider's own value, if there is one. */
export function reasonOf(reason: AiFinishReason | undefined): string | undefined {
  if (typeof reason !== 'object' || reason === null) return textOf(reason);
  return textOf(reason.raw) ?? textOf(reason.unified);
}

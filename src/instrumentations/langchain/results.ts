// What LangChain's models request and return: provider and model, usage, the model that answered, and the finish reason.
import { textOf } from '../../core/text.ts';
import type { TokenUsage } from '../../core/token-usage.ts';
import type { LlmCallEnd } from '../../recorders/llm/calls.ts';
import type { RequestedCall } from '../../recorders/llm/client-calls.ts';

export interface LangchainModel {
  /** Of chat models. */
  getLsParams?(options: object): { readonly ls_provider?: unknown; readonly ls_model_name?: unknown };
  readonly model?: unknown;
  readonly modelName?: unknown;
  _llmType?(): unknown;
}

interface LangchainUsage {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly input_token_details?: { readonly cache_read?: unknown; readonly cache_creation?: unknown };
  readonly output_token_details?: { readonly reasoning?: unknown };
}

/** Of a stream of events, into which LangChain converts the output of a model. */
export interface LangchainEvent {
  readonly event?: unknown;
  /** The total so far. */
  readonly usage?: LangchainUsage | null;
}

/** A message, or a part of one. */
export interface LangchainMessage {
  readonly content?: string | readonly unknown[];
  readonly tool_call_chunks?: readonly unknown[];
  readonly usage_metadata?: LangchainUsage | null;
  readonly response_metadata?: Readonly<Record<string, unknown>> | null;
}

export interface LangchainResult {
  readonly generations?: readonly (readonly {
    readonly message?: LangchainMessage;
    readonly generationInfo?: Readonly<Record<string, unknown>>;
  }[])[];
  readonly llmOutput?: { readonly tokenUsage?: { readonly promptTokens?: unknown; readonly completionTokens?: unknown } };
}

/** The request to a model, as far as it can be read. */
export function requestOf(model: LangchainModel, operation: 'chat' | 'text_completion'): RequestedCall {
  const parameters = tryCall(() => model.getLsParams?.({}));
  return {
    operation,
    provider: parameters?.ls_provider ?? tryCall(() => model._llmType?.()),
    model: parameters?.ls_model_name ?? model.model ?? model.modelName,
  };
}

/** Models are the application's own code, which may throw where it is not called as it expects. */
function tryCall<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** Of several prompts at once, the tokens are those of all. */
export function resultEnd({ generations = [], llmOutput }: LangchainResult): LlmCallEnd {
  const messages = new StreamedMessages();
  let info: Readonly<Record<string, unknown>> | undefined;
  for (const [first] of generations) {
    if (first?.message !== undefined) messages.read(first.message);
    info ??= first?.generationInfo;
  }
  const { promptTokens: input, completionTokens: output } = llmOutput?.tokenUsage ?? {};
  const end = messages.end();
  return { ...end, finishReason: end.finishReason ?? reasonIn(info), usage: end.usage ?? metered({ input, output }) };
}

/** Collects the parts of a stream. */
export interface LangchainStream<Part> {
  /** The model that answers, if it is known yet. */
  readonly model: string | undefined;
  /** Returns whether the part carries output. */
  read(part: Part): boolean;
  /** The result when the stream is over, or as far as it came. */
  end(): LlmCallEnd;
}

/** Adds up messages, or the parts of one, as LangChain itself does. */
export class StreamedMessages implements LangchainStream<LangchainMessage | string> {
  #usage: TokenUsage | undefined;
  #model: string | undefined;
  #finishReason: string | undefined;

  get model(): string | undefined {
    return this.#model;
  }

  read(part: LangchainMessage | string): boolean {
    if (typeof part === 'string') return part !== '';
    const { usage_metadata: usage, response_metadata: metadata } = part;
    this.#model ??= textOf(metadata?.['model_name'] ?? metadata?.['model']);
    this.#finishReason = reasonIn(metadata) ?? this.#finishReason;
    this.#usage = added(this.#usage, usageOf(usage));
    return (part.content?.length ?? 0) > 0 || (part.tool_call_chunks?.length ?? 0) > 0;
  }

  end(): LlmCallEnd {
    return { responseModel: this.#model, finishReason: this.#finishReason, usage: this.#usage };
  }
}

/** Events have neither the model nor the finish reason: theirs is always the same. */
export class StreamedEvents implements LangchainStream<LangchainEvent> {
  readonly model = undefined;
  #usage: TokenUsage | undefined;

  read({ event, usage }: LangchainEvent): boolean {
    this.#usage = usageOf(usage) ?? this.#usage;
    return event === 'content-block-delta';
  }

  end(): LlmCallEnd {
    return { usage: this.#usage };
  }
}

function usageOf(usage: LangchainUsage | null | undefined): TokenUsage | undefined {
  return metered({
    input: usage?.input_tokens,
    cacheRead: usage?.input_token_details?.cache_read,
    cacheWrite: usage?.input_token_details?.cache_creation,
    output: usage?.output_tokens,
    reasoning: usage?.output_token_details?.reasoning,
  });
}

const KINDS = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning'] as const;

/** Undefined if it has neither input nor output tokens. */
function metered(counts: Partial<Record<(typeof KINDS)[number], unknown>>): TokenUsage | undefined {
  const usage = Object.fromEntries(KINDS.map((kind) => [kind, count(counts[kind])])) as TokenUsage;
  return usage.input === undefined && usage.output === undefined ? undefined : usage;
}

function added(before: TokenUsage | undefined, more: TokenUsage | undefined): TokenUsage | undefined {
  if (before === undefined || more === undefined) return before ?? more;
  return Object.fromEntries(
    KINDS.map((kind) => {
      const known = [before[kind], more[kind]].filter((value) => value !== undefined);
      return [kind, known.length === 0 ? undefined : known.reduce((sum, value) => sum + value)];
    }),
  );
}

const REASONS = ['finish_reason', 'finishReason', 'stop_reason', 'stopReason', 'done_reason'];

function reasonIn(metadata: Readonly<Record<string, unknown>> | null | undefined): string | undefined {
  return textOf(REASONS.map((key) => metadata?.[key]).find((reason) => textOf(reason) !== undefined));
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

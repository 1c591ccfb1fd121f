// Records LLM calls that a client library reports, unless a layer below counts them, such as the tap on fetch.
import type { LlmOperation } from '../../catalog/llm-attributes.ts';
import {
  genAiClientOperationDuration,
  genAiClientOperationTimePerOutputChunk,
  genAiClientOperationTimeToFirstChunk,
  genAiClientTokenUsage,
  llmActive,
  llmCost,
  llmFinishReasons,
  llmOutputRate,
  llmStreamAborted,
  llmTokens,
  llmUnmeteredCalls,
  llmUnpricedCalls,
} from '../../catalog/llm.ts';
import { nowMillis } from '../../core/clock.ts';
import { ABORTED, errorTypeOf } from '../../core/operation.ts';
import { textOf } from '../../core/text.ts';
import { currentActivity } from '../agents/activity.ts';
import type { LlmCall, LlmCallEnd, LlmCalls } from './calls.ts';
import { ClientCall } from './client-call.ts';
import { providerNameOf } from './provider-names.ts';
import { currentPurpose } from './purpose.ts';

/** A call as a client reports it before it makes it, with the client's own name of the provider. */
export interface RequestedCall {
  readonly operation: LlmOperation;
  readonly provider: unknown;
  readonly model: unknown;
}

/**
 * The metrics of every such call. Rate limits are in headers, which only the tap on fetch sees; not every client reports retries.
 */
export const clientCallMetrics = [
  genAiClientOperationDuration,
  genAiClientTokenUsage,
  genAiClientOperationTimeToFirstChunk,
  genAiClientOperationTimePerOutputChunk,
  llmTokens,
  llmOutputRate,
  llmUnmeteredCalls,
  llmCost,
  llmUnpricedCalls,
  llmActive,
  llmFinishReasons,
  llmStreamAborted,
] as const;

export class ClientLlmCalls {
  readonly #calls: LlmCalls;
  readonly #open = new Set<ClientLlmCall>();

  constructor(calls: LlmCalls) {
    this.#calls = calls;
  }

  /** Begins a call. Calls of one group are made side by side, and none is a part of another. */
  begin({ operation, provider, model }: RequestedCall, group?: string): ClientLlmCall {
    const call = this.#calls.begin({
      operation,
      provider: providerNameOf(provider),
      model: textOf(model),
      serverAddress: undefined,
      purpose: currentPurpose(),
      activity: currentActivity(),
    });
    return new ClientLlmCall(call, this.#open, group);
  }

  /** Ends all open calls without recording them: nothing will report their ends. */
  stop(): void {
    for (const call of this.#open) call.forget();
  }
}

/** Forgets calls whose streams were garbage collected before they were read to the end. */
const abandoned = new FinalizationRegistry<ClientLlmCall>((call) => call.forget());

export class ClientLlmCall {
  readonly context: ClientCall;
  readonly #call: LlmCall;
  readonly #open: Set<ClientLlmCall>;

  constructor(call: LlmCall, open: Set<ClientLlmCall>, group: string | undefined) {
    this.#call = call;
    this.#open = open;
    this.context = new ClientCall(() => this.forget(), group);
    open.add(this);
  }

  get isOver(): boolean {
    return !this.#open.has(this);
  }

  /** The call repeats one that failed. */
  retried(): void {
    this.#call.retried();
  }

  /** A part of the output came. */
  chunk(responseModel?: string): void {
    if (this.isOver) return;
    this.#call.chunk(responseModel);
  }

  end(end: LlmCallEnd, endMillis = nowMillis()): void {
    if (this.isOver) return;
    this.#close();
    // The calls that it is a part of are counted with it.
    this.context.show();
    this.#call.end(end, endMillis);
  }

  /** Its `error.type` is the provider's code if there is one, else the HTTP status, else the error's code or name. */
  fail(error: unknown, code?: string): void {
    const status = statusOf(error);
    this.end({ errorType: code ?? (status === undefined ? errorTypeOf(error) : String(status)), status });
  }

  /** A stream was aborted, or failed for a reason, before it was complete; `known` is what it had reported until then. */
  cutOff(reason: unknown, known: LlmCallEnd = {}): void {
    const errorType = reason === undefined ? ABORTED : errorTypeOf(reason);
    this.end({ ...known, errorType, isStream: true, isCutOff: true });
  }

  /** Ends the call without recording it. */
  forget(): void {
    if (this.isOver) return;
    this.#close();
    this.context.end();
    this.#call.forget();
  }

  /** Forgets the call when its stream is garbage collected; whatever reports to this call must not refer to the stream. */
  forgetWith(stream: object): void {
    abandoned.register(stream, this);
  }

  #close(): void {
    this.#open.delete(this);
  }
}

/** The HTTP status of an answer that is an error, as clients have it on the errors that they throw. */
function statusOf(error: unknown): number | undefined {
  try {
    const { statusCode, status, $metadata } = error as {
      readonly statusCode?: unknown;
      readonly status?: unknown;
      readonly $metadata?: { readonly httpStatusCode?: unknown };
    };
    return [statusCode, status, $metadata?.httpStatusCode].find(isErrorStatus);
  } catch {
    // Whatever was thrown has no status.
    return undefined;
  }
}

function isErrorStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 400 && (value as number) < 600;
}

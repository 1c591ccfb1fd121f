// LLM calls as a client tells of them: recorded where nothing below shows them, such as the request that the tap on fetch sees.
import type { LlmOperation } from '../../catalog/llm-attributes.ts';
import * as llmMetrics from '../../catalog/llm.ts';
import { nowMillis } from '../../core/clock.ts';
import { ABORTED, errorTypeOf } from '../../core/operation.ts';
import { textOf } from '../../core/text.ts';
import { currentActivity } from '../agents/activity.ts';
import type { LlmCall, LlmCallEnd, LlmCalls } from './calls.ts';
import { ClientCall } from './client-call.ts';
import { providerNameOf } from './provider-names.ts';
import { currentPurpose } from './purpose.ts';

/** What a client says of a call before it makes it; words in which the client calls the provider will do. */
export interface RequestedCall {
  readonly operation: LlmOperation;
  readonly provider: unknown;
  readonly model: unknown;
}

const {
  llmBudget: _budget,
  llmCredits: _credits,
  llmRateLimitRemaining: _rateLimit,
  llmRetries: _retries,
  ...recorded
} = llmMetrics;

/** What is recorded of all such calls; headers, which say what is left, are seen on the wire alone, and retries where they are told. */
export const clientCallMetrics = Object.values(recorded);

export class ClientLlmCalls {
  readonly #calls: LlmCalls;
  readonly #open = new Set<ClientLlmCall>();

  constructor(calls: LlmCalls) {
    this.#calls = calls;
  }

  /** Calls of a group are made beside each other, and none is a part of another. */
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

  /** Lets go of what is under way: nothing will tell of its end. */
  stop(): void {
    for (const call of this.#open) call.forget();
  }
}

/** Forgets the calls whose streams nobody reads to their end. */
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

  /** It repeats one that failed. */
  retried(): void {
    this.#call.retried();
  }

  /** Output came. */
  chunk(responseModel?: string): void {
    if (this.isOver) return;
    this.#call.chunk(responseModel);
  }

  end(end: LlmCallEnd, endMillis = nowMillis()): void {
    if (this.isOver) return;
    // The calls that it was a part of have been counted with it.
    this.#close();
    this.context.show();
    this.#call.end(end, endMillis);
  }

  /** What it is told by is the provider's word for it, or else the status of its answer. */
  fail(error: unknown, word?: string): void {
    const status = statusOf(error);
    this.end({ errorType: word ?? (status === undefined ? errorTypeOf(error) : String(status)), status });
  }

  /** A stream was given up, or broke, before the model was done; what had been told until then may be said. */
  cutOff(reason: unknown, told: LlmCallEnd = {}): void {
    const errorType = reason === undefined ? ABORTED : errorTypeOf(reason);
    this.end({ ...told, errorType, isStream: true, isCutOff: true });
  }

  /** Records nothing of it. */
  forget(): void {
    if (this.isOver) return;
    this.#close();
    this.context.end();
    this.#call.forget();
  }

  /** Forgets it when nothing holds its stream any more, which must not be held by what this is told by. */
  forgetWith(stream: object): void {
    abandoned.register(stream, this);
  }

  #close(): void {
    this.#open.delete(this);
  }
}

/** The status of an answer that is an error, as clients keep it on what they throw. */
function statusOf(error: unknown): number | undefined {
  try {
    const { statusCode, status, $metadata } = error as {
      readonly statusCode?: unknown;
      readonly status?: unknown;
      readonly $metadata?: { readonly httpStatusCode?: unknown };
    };
    return [statusCode, status, $metadata?.httpStatusCode].find(isErrorStatus);
  } catch {
    // Whatever was thrown, it has no status.
    return undefined;
  }
}

function isErrorStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 400 && (value as number) < 600;
}

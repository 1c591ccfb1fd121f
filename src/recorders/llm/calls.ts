// Records LLM calls, for the tap on fetch, for clients that use no fetch, and for the `llm` API.
import type { LlmOperation, LlmRateLimitKind, LlmTokenType } from '../../catalog/llm-attributes.ts';
import {
  llmActive,
  llmCost,
  llmFinishReasons,
  llmOutputRate,
  llmRateLimitRemaining,
  llmRetries,
  llmStreamAborted,
  llmTokens,
  llmUnmeteredCalls,
  llmUnpricedCalls,
} from '../../catalog/llm.ts';
import { nowMillis } from '../../core/clock.ts';
import type { GenAiNames } from '../../core/llm-settings.ts';
import type { HistogramCell, UpDownCounterCell } from '../../core/recording/cell.ts';
import type { Registry } from '../../core/recording/registry.ts';
import type { TokenUsage } from '../../core/token-usage.ts';
import type { Activity, ModelCallHandle } from '../agents/activity.ts';
import { type CallAttributes, genAiMetrics, isInference } from './gen-ai-metrics.ts';
import type { Prices } from './prices.ts';

/** A call as it is sent. */
export interface LlmRequest {
  readonly operation: LlmOperation;
  readonly provider: string;
  readonly model: string | undefined;
  readonly serverAddress: string | undefined;
  readonly purpose: string | undefined;
  /** The agent's invocation or the task that it is made for, of the code that makes the call. */
  readonly activity?: Activity | undefined;
}

/** How a call ended; what is not known is left out. */
export interface LlmCallEnd {
  readonly responseModel?: string | undefined;
  readonly finishReason?: string | undefined;
  readonly usage?: TokenUsage | undefined;
  /** Why it failed: the provider's error code, a status, or the error's code or name; undefined if it did not. */
  readonly errorType?: string | undefined;
  /** HTTP status of an answer that is an error. */
  readonly status?: number | undefined;
  readonly isStream?: boolean | undefined;
  /** Whether it ended in the middle of its answer: the output tokens reported until then are not all. */
  readonly isCutOff?: boolean | undefined;
}

export interface LlmCallSettings {
  readonly names: GenAiNames;
  readonly prices: Prices;
}

const TOKEN_TYPES = {
  input: 'input',
  output: 'output',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
  reasoning: 'reasoning',
} as const satisfies Partial<Record<keyof TokenUsage, LlmTokenType>>;

export class LlmCalls {
  readonly metrics;
  readonly active;
  readonly #prices: Prices;
  readonly #tokens;
  readonly #outputRate;
  readonly #unmetered;
  readonly #cost;
  readonly #unpriced;
  readonly #retries;
  readonly #finishReasons;
  readonly #aborted;
  readonly #rateLimit;

  constructor(registry: Registry, { names, prices }: LlmCallSettings) {
    this.metrics = genAiMetrics(registry, names);
    this.active = registry.instrument(llmActive);
    this.#prices = prices;
    this.#tokens = registry.instrument(llmTokens);
    this.#outputRate = registry.instrument(llmOutputRate);
    this.#unmetered = registry.instrument(llmUnmeteredCalls);
    this.#cost = registry.instrument(llmCost);
    this.#unpriced = registry.instrument(llmUnpricedCalls);
    this.#retries = registry.instrument(llmRetries);
    this.#finishReasons = registry.instrument(llmFinishReasons);
    this.#aborted = registry.instrument(llmStreamAborted);
    this.#rateLimit = registry.instrument(llmRateLimitRemaining);
  }

  /** Begins a call, now unless said, which is active until it ends. */
  begin(request: LlmRequest, startMillis = nowMillis()): LlmCall {
    this.#prices.prepare();
    return new LlmCall(this, request, startMillis);
  }

  countRetry({ provider, model, purpose }: LlmRequest): void {
    this.#retries.add(1, { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model, 'llm.purpose': purpose });
  }

  setRateLimit({ provider, model }: LlmRequest, kind: LlmRateLimitKind, remaining: number): void {
    this.#rateLimit.set(remaining, {
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
      'llm.rate_limit.kind': kind,
    });
  }

  /** Records its tokens and its cost, and returns the cost in USD if that is known. */
  recordUsage({ provider, model, purpose }: LlmRequest, attributes: CallAttributes, usage: TokenUsage): number | undefined {
    for (const metrics of this.metrics) metrics.tokens(usage, attributes);
    for (const [kind, type] of Object.entries(TOKEN_TYPES) as [keyof typeof TOKEN_TYPES, LlmTokenType][]) {
      const count = usage[kind];
      if (count !== undefined) this.#tokens.add(count, { ...attributes, 'gen_ai.token.type': type });
    }
    const responseModel = attributes['gen_ai.response.model'];
    const spent = {
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
      'gen_ai.response.model': responseModel,
      'llm.purpose': purpose,
    };
    const cost = this.#prices.costOf({ provider, model: responseModel ?? model ?? '', usage });
    if (cost === undefined) this.#unpriced.add(1, spent);
    else this.#cost.add(cost, spent);
    return cost;
  }

  countUnmetered(attributes: CallAttributes): void {
    this.#unmetered.add(1, attributes);
  }

  recordOutputRate(tokensPerSecond: number, attributes: CallAttributes): void {
    this.#outputRate.record(tokensPerSecond, attributes);
  }

  countFinishReason({ provider, model, purpose }: LlmRequest, reason: string): void {
    this.#finishReasons.add(1, {
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
      'llm.purpose': purpose,
      'llm.finish_reason': reason,
    });
  }

  countAborted({ provider, model, purpose }: LlmRequest): void {
    this.#aborted.add(1, { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model, 'llm.purpose': purpose });
  }
}

export class LlmCall {
  readonly #calls: LlmCalls;
  readonly #request: LlmRequest;
  readonly #active: UpDownCounterCell;
  readonly #modelCall: ModelCallHandle | undefined;
  readonly #startMillis: number;
  #firstChunkMillis: number | undefined;
  #lastChunkMillis = 0;
  #chunks: readonly Pick<HistogramCell, 'record'>[] | undefined;
  #isOver = false;

  constructor(calls: LlmCalls, request: LlmRequest, startMillis: number) {
    this.#calls = calls;
    this.#request = request;
    this.#startMillis = startMillis;
    this.#active = calls.active.bind({ 'gen_ai.provider.name': request.provider, 'gen_ai.request.model': request.model });
    this.#active.add(1);
    this.#modelCall = request.activity?.callModel(isInference(request.operation));
  }

  /** The call repeats one that failed. */
  retried(): void {
    this.#calls.countRetry(this.#request);
  }

  rateLimit(kind: LlmRateLimitKind, remaining: number): void {
    this.#calls.setRateLimit(this.#request, kind, remaining);
  }

  /** A part of the output came; the model that answers may be known by now. */
  chunk(responseModel?: string): void {
    if (this.#isOver) return;
    const now = nowMillis();
    if (this.#firstChunkMillis === undefined) {
      this.#firstChunkMillis = now;
      for (const metrics of this.#calls.metrics)
        metrics.firstChunk((now - this.#startMillis) / 1000, this.#attributes(responseModel));
    } else {
      this.#chunks ??= this.#calls.metrics.map((metrics) => metrics.chunks(this.#attributes(responseModel)));
      for (const cell of this.#chunks) cell.record((now - this.#lastChunkMillis) / 1000);
    }
    this.#lastChunkMillis = now;
  }

  /** Records how the call ended, the first time. */
  end(end: LlmCallEnd, endMillis = nowMillis()): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#active.add(-1);
    const { errorType, status, finishReason, isStream, isCutOff } = end;
    const attributes = this.#attributes(end.responseModel);
    for (const metrics of this.#calls.metrics)
      metrics.duration((endMillis - this.#startMillis) / 1000, {
        ...attributes,
        'error.type': errorType,
        'http.response.status_code': status,
      });
    if (isCutOff && isStream) this.#calls.countAborted(this.#request);
    if (!isCutOff && finishReason !== undefined) this.#calls.countFinishReason(this.#request, finishReason);
    const costUsd = this.#endUsage(end, attributes, endMillis);
    this.#modelCall?.end(costUsd);
  }

  /** Ends the call without recording it: nothing will report its end. */
  forget(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#active.add(-1);
    this.#modelCall?.withdraw();
  }

  /** Records tokens, cost and output rate, and returns the cost in USD if that is known. */
  #endUsage({ usage, errorType, isCutOff }: LlmCallEnd, attributes: CallAttributes, endMillis: number): number | undefined {
    const known = isCutOff && usage !== undefined ? { ...usage, output: undefined, reasoning: undefined } : usage;
    if (isCutOff || (known === undefined && errorType === undefined)) this.#calls.countUnmetered(attributes);
    // An output that came as one chunk has no rate.
    const seconds = this.#chunks === undefined ? 0 : (endMillis - this.#firstChunkMillis!) / 1000;
    if (known?.output !== undefined && known.output > 0 && seconds > 0)
      this.#calls.recordOutputRate(known.output / seconds, attributes);
    if (known?.input === undefined && known?.output === undefined) return undefined;
    return this.#calls.recordUsage(this.#request, attributes, known);
  }

  #attributes(responseModel: string | undefined): CallAttributes {
    const { operation, provider, model, serverAddress, purpose } = this.#request;
    return {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
      'gen_ai.response.model': responseModel,
      'server.address': serverAddress,
      'llm.purpose': purpose,
    };
  }
}

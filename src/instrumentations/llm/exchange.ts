// One request to an LLM and its response, parsed as their bytes pass: the model, the usage, the rate limits, and how it ended.
import type { LlmRateLimitKind } from '../../catalog/llm-attributes.ts';
import { nowMillis } from '../../core/clock.ts';
import type { Guard } from '../../hooks/instrumentation.ts';
import { type Decompressor, decompressorFor } from '../../llm-wire/decompress.ts';
import { framingOf } from '../../llm-wire/documents.ts';
import type { ReadableFormat, RequestField } from '../../llm-wire/formats.ts';
import type { HeaderOf } from '../../llm-wire/headers.ts';
import { type FieldValue, JsonFields } from '../../llm-wire/json-fields.ts';
import { type Answer, ResponseParser } from '../../llm-wire/response-parser.ts';
import type { Activity } from '../../recorders/agents/activity.ts';
import type { LlmCall, LlmCalls } from '../../recorders/llm/calls.ts';
import type { ClientCall } from '../../recorders/llm/client-call.ts';

/** Where a request goes. */
export interface Destination {
  readonly format: ReadableFormat;
  /** Undefined if the host is not known: then only the bodies can show that it is a call to an LLM. */
  readonly provider: string | undefined;
  readonly address: string;
  /** The model that the URL names. */
  readonly model: string | undefined;
  readonly purpose: string | undefined;
  readonly activity?: Activity | undefined;
  /** The call that a client's own instrumentation reported, and for which this request is sent. */
  readonly clientCall?: ClientCall | undefined;
}

/** Headers of what is left of rate limits: most providers name them as OpenAI does, Anthropic and Mistral in their own way. */
const RATE_LIMITS: readonly (readonly [header: string, kind: LlmRateLimitKind])[] = [
  ['x-ratelimit-remaining-requests', 'requests'],
  ['x-ratelimit-remaining-tokens', 'tokens'],
  ['anthropic-ratelimit-requests-remaining', 'requests'],
  ['anthropic-ratelimit-tokens-remaining', 'tokens'],
  ['anthropic-ratelimit-input-tokens-remaining', 'input_tokens'],
  ['anthropic-ratelimit-output-tokens-remaining', 'output_tokens'],
  ['x-ratelimit-remaining-req-minute', 'requests'],
  ['x-ratelimit-remaining-tokens-minute', 'tokens'],
];

export class LlmExchange {
  readonly #calls: LlmCalls;
  readonly #destination: Destination;
  readonly #guard: Guard;
  readonly #startMillis = nowMillis();
  readonly #requested: Partial<Record<RequestField, FieldValue>>;
  /** Undefined as soon as all that is needed of the request has been parsed. */
  #request: JsonFields<RequestField> | undefined;
  #call: LlmCall | undefined;
  #status: number | undefined;
  #isStream = false;
  #parser: ResponseParser | undefined;
  #decompressor: Decompressor | undefined;

  /** The guard is for what runs after the host has returned, such as decompression. */
  constructor(calls: LlmCalls, destination: Destination, guard: Guard) {
    this.#calls = calls;
    this.#destination = destination;
    this.#guard = guard;
    this.#request = new JsonFields(destination.format.requestTree);
    this.#requested = this.#request.found;
  }

  /** A part of the request's body. */
  sent(bytes: Uint8Array): void {
    this.#request?.write(bytes);
    this.#request?.commit();
    // The rest, such as images, can be long.
    if (this.#model !== undefined && this.#requested.prompt !== undefined) this.#request = undefined;
  }

  /** The request was sent, so its model is known. Its headers may say that it repeats another. */
  begin(headers: () => HeaderOf): void {
    if (this.#call !== undefined) return;
    this.#request = undefined;
    const { format, provider, address, purpose, activity } = this.#destination;
    const model = this.#model;
    if (provider === undefined && (model === undefined || this.#requested.prompt === undefined)) return;
    this.#call = this.#calls.begin(
      { operation: format.operation, provider: provider ?? format.provider, model, serverAddress: address, purpose, activity },
      this.#startMillis,
    );
    this.#destination.clientCall?.show();
    if (Number(headers()('x-stainless-retry-count') ?? 0) > 0) this.#call.retried();
  }

  /** The head of the response has arrived. */
  answered(status: number, headers: () => HeaderOf): void {
    const call = this.#call;
    if (call === undefined || this.#status !== undefined) return;
    this.#status = status;
    const headerOf = headers();
    for (const [header, kind] of RATE_LIMITS) {
      const remaining = headerOf(header);
      if (remaining !== undefined && /^\d+$/.test(remaining)) call.rateLimit(kind, Number(remaining));
    }
    const framing = framingOf(headerOf('content-type') ?? '');
    this.#isStream = framing !== 'whole';
    const parser = new ResponseParser(this.#destination.format, framing, (model) => call.chunk(model));
    this.#parser = parser;
    this.#decompressor = decompressorFor(
      headerOf('content-encoding'),
      this.#guard((bytes: Uint8Array) => parser.write(bytes)),
    );
  }

  /** A part of the response's body, still compressed. */
  received(bytes: Uint8Array): void {
    this.#decompressor?.write(bytes);
  }

  /** The response is complete; with an error type, it failed or broke off. */
  end(errorType?: string): void {
    const endMillis = nowMillis();
    const finish = this.#guard((isRead: boolean) => this.#finish(errorType, endMillis, isRead));
    if (this.#decompressor === undefined) finish(false);
    else this.#decompressor.end(finish);
  }

  /** Its end will not be seen. */
  forget(): void {
    this.#call?.forget();
    this.#decompressor?.stop();
    this.#decompressor = undefined;
  }

  get #model(): string | undefined {
    const { model = this.#destination.model } = this.#requested;
    return typeof model === 'string' ? model : undefined;
  }

  #finish(failure: string | undefined, endMillis: number, isRead: boolean): void {
    const answer = this.#parser?.end() ?? {};
    const status = this.#status ?? 0;
    const isRefused = status >= 400;
    if (!this.#isCall(answer, failure !== undefined || isRefused)) {
      this.#call?.forget();
      return;
    }
    this.#call?.end(
      {
        responseModel: answer.model,
        finishReason: answer.finishReason,
        usage: answer.usage,
        errorType: failureOf(answer, status, failure),
        status: isRefused ? status : undefined,
        isStream: this.#isStream,
        isCutOff: status > 0 && !isRefused && (failure !== undefined || this.#isUnfinished(answer, isRead)),
      },
      endMillis,
    );
  }

  /** Where a stream ends without a finish reason, its token counts may be partial; unless its end could not be read. */
  #isUnfinished({ finishReason, isError }: Answer, isRead: boolean): boolean {
    if (!this.#isStream) return false;
    const hasReason = this.#destination.format.answer.finishReason !== undefined;
    return isError === true || (isRead && hasReason && finishReason === undefined);
  }

  /** A redirect is no call to an LLM, nor is a request to an unknown host whose response has no model, finish reason or usage. */
  #isCall({ model, finishReason, usage }: Answer, isFailed: boolean): boolean {
    const { provider, clientCall, format } = this.#destination;
    if (!isFailed && this.#status !== undefined && this.#status >= 300) return false;
    if (provider !== undefined || clientCall !== undefined) return true;
    return (model ?? finishReason ?? usage) !== undefined || (isFailed && !format.hasCommonPath);
  }
}

/** The provider's own error type comes before the status, and that before how the connection ended. */
function failureOf({ isError, errorType }: Answer, status: number, failure: string | undefined): string | undefined {
  if (status >= 400) return errorType ?? String(status);
  return isError ? (errorType ?? failure ?? '_OTHER') : failure;
}

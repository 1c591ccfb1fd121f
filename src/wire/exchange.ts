// One request to an LLM and its answer, as their bytes go by: what was asked for, what came of it, and how it ended.
import type { LlmRateLimitKind } from '../catalog/llm-attributes.ts';
import { nowMillis } from '../core/clock.ts';
import type { LlmCall, LlmCallEnd, LlmCalls } from '../domains/llm-calls.ts';
import { type Answer, AnswerReader } from './answer.ts';
import { type Decoder, decoderFor } from './decode.ts';
import { framingOf } from './documents.ts';
import type { ReadableFormat, RequestField } from './formats.ts';
import { type FieldValue, JsonFields } from './json-fields.ts';

/** Where a request goes. */
export interface Destination {
  readonly format: ReadableFormat;
  /** Undefined if the host is not known; then only its shape can show that a request is one to an LLM. */
  readonly provider: string | undefined;
  readonly address: string;
  /** The model that the URL names. */
  readonly model: string | undefined;
  readonly purpose: string | undefined;
}

/** Gives a header by its lower-case name. */
export type HeaderOf = (name: string) => string | undefined;

/** Headers that tell what is left, most of them as OpenAI names them. */
const RATE_LIMITS: readonly (readonly [header: string, kind: LlmRateLimitKind])[] = [
  ['x-ratelimit-remaining-requests', 'requests'],
  ['x-ratelimit-remaining-tokens', 'tokens'],
  ['anthropic-ratelimit-requests-remaining', 'requests'],
  ['anthropic-ratelimit-tokens-remaining', 'tokens'],
  ['anthropic-ratelimit-input-tokens-remaining', 'input_tokens'],
  ['anthropic-ratelimit-output-tokens-remaining', 'output_tokens'],
];

export class LlmExchange {
  readonly #calls: LlmCalls;
  readonly #destination: Destination;
  readonly #startMillis = nowMillis();
  readonly #asked: Partial<Record<RequestField, FieldValue>> = {};
  readonly #request: JsonFields<RequestField>;
  #call: LlmCall | undefined;
  #isOther = false;
  #status: number | undefined;
  #isStream = false;
  #reader: AnswerReader | undefined;
  #decoder: Decoder | undefined;

  constructor(calls: LlmCalls, destination: Destination) {
    this.#calls = calls;
    this.#destination = destination;
    this.#request = new JsonFields(destination.format.requestTree, (field, value) => {
      this.#asked[field] = value;
    });
  }

  /** A part of the request's body. */
  sent(bytes: Uint8Array): void {
    if (this.#call === undefined && !this.#isOther) this.#request.write(bytes);
  }

  /** The request is on its way: what it asks for is known. Other parts of its headers may say that it repeats another. */
  begin(isRetry: () => boolean): void {
    if (this.#call !== undefined || this.#isOther) return;
    const { format, provider, address, purpose } = this.#destination;
    const { model = this.#destination.model, prompt } = this.#asked;
    this.#isOther = provider === undefined && (typeof model !== 'string' || prompt === undefined);
    if (this.#isOther) return;
    this.#call = this.#calls.begin(
      {
        operation: format.operation,
        provider: provider ?? format.provider,
        model: typeof model === 'string' ? model : undefined,
        serverAddress: address,
        purpose,
      },
      this.#startMillis,
    );
    if (isRetry()) this.#call.retried();
  }

  /** The answer begins. */
  answered(status: number, headerOf: HeaderOf): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#status = status;
    for (const [header, kind] of RATE_LIMITS) {
      const remaining = Number(headerOf(header) ?? NaN);
      if (remaining >= 0) call.rateLimit(kind, remaining);
    }
    const framing = framingOf(headerOf('content-type') ?? '');
    this.#isStream = framing !== 'whole';
    const reader = new AnswerReader(this.#destination.format, framing, (model) => call.chunk(model));
    this.#reader = reader;
    this.#decoder = decoderFor(headerOf('content-encoding'), (bytes) => reader.write(bytes));
  }

  /** A part of the answer's body, as it was sent. */
  received(bytes: Uint8Array): void {
    this.#decoder?.write(bytes);
  }

  /** The answer is complete. */
  end(): void {
    const endMillis = nowMillis();
    const finish = (): void => this.#finish(this.#reader?.end() ?? {}, {}, endMillis);
    if (this.#decoder === undefined) finish();
    else this.#decoder.end(finish);
  }

  /** It ended without an answer, or in the middle of it. */
  fail(errorType: string): void {
    this.#finish(this.#reader?.end() ?? {}, { errorType, isCutOff: this.#status !== undefined }, nowMillis());
    this.#decoder?.end(() => {});
  }

  /** Nothing will tell of its end. */
  forget(): void {
    this.#call?.forget();
    this.#decoder?.end(() => {});
  }

  #finish({ model, finishReason, usage, errorType }: Answer, failure: LlmCallEnd, endMillis: number): void {
    const isError = this.#status !== undefined && this.#status >= 400;
    this.#call?.end(
      {
        responseModel: model,
        finishReason,
        usage,
        errorType: errorType ?? (isError ? String(this.#status) : undefined),
        status: isError ? this.#status : undefined,
        isStream: this.#isStream,
        ...failure,
      },
      endMillis,
    );
  }
}

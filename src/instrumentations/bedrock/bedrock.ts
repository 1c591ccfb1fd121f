// Amazon Bedrock: calls of models, whole and streamed, by the commands that the AWS SDK's client for them sends.
//
// The client uses HTTP/2, of which nothing is published, so its `send` is patched, on its own class alone: the base class has it
// for all clients of AWS. A command that the client repeats by itself is one call, whose result says how often it was tried.
import { llmRetries } from '../../catalog/llm.ts';
import { copyFunctionShape } from '../../core/function-shape.ts';
import { errorTypeOf } from '../../core/operation.ts';
import { observeAsyncIterator } from '../../hooks/async-iterator.ts';
import type { Attachment, Guard, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { settleAfter } from '../../hooks/promise-method.ts';
import type { Method } from '../../hooks/wrap-method.ts';
import { BEDROCK_CONTENT, BEDROCK_EMBEDDING } from '../../llm-wire/bedrock.ts';
import type { Framing } from '../../llm-wire/documents.ts';
import type { ReadableFormat } from '../../llm-wire/formats.ts';
import { ResponseParser } from '../../llm-wire/response-parser.ts';
import { type LlmCallEnd, LlmCalls } from '../../recorders/llm/calls.ts';
import { type ClientLlmCall, clientCallMetrics, ClientLlmCalls } from '../../recorders/llm/client-calls.ts';
import { llmPrices } from '../../recorders/llm/prices.ts';
import {
  bedrockModel,
  bedrockOperation,
  type BedrockCommand,
  converseEnd,
  type ConverseEvent,
  type ConverseResult,
} from './calls.ts';

interface Exports {
  readonly BedrockRuntimeClient: { readonly prototype: object };
}

interface Output extends ConverseResult {
  readonly $metadata?: { readonly attempts?: number };
  /** Of ConverseStream. */
  readonly stream?: AsyncIterable<ConverseEvent>;
  /** Of InvokeModel, or its parts. */
  readonly body?: Uint8Array | AsyncIterable<BodyEvent>;
}

interface BodyEvent {
  readonly chunk?: { readonly bytes?: Uint8Array };
}

interface Sent {
  readonly call: ClientLlmCall;
  /** Of the response's body, if it has one. */
  readonly format: ReadableFormat;
}

/** More attempts than a client makes. */
const MOST_ATTEMPTS = 100;

type Callback = (this: unknown, error: unknown, output: unknown, ...rest: unknown[]) => unknown;

export const bedrock: Instrumentation = {
  name: 'bedrock',
  target: { package: '@aws-sdk/client-bedrock-runtime', versions: '>=3.500 <4' },
  metrics: [...clientCallMetrics, llmRetries],
  attach(attachment) {
    const { registry, settings } = attachment;
    const prices = llmPrices(settings.llmPrices);
    const calls = new ClientLlmCalls(new LlmCalls(registry, { names: settings.genAiNames, prices }));
    attachment.patch({ file: 'dist-cjs/index.js' }, ({ BedrockRuntimeClient: { prototype } }: Exports) =>
      wrapSend(prototype, calls, attachment),
    );
    attachment.onDetach(() => calls.stop());
  },
};

/**
 * Gives the class a `send` of its own, around the one that it inherits, or had. What it inherits is looked up at each call, since
 * other instrumentations patch the base class later.
 */
function wrapSend(prototype: object, calls: ClientLlmCalls, { guard }: Attachment): Undo {
  const before = Object.getOwnPropertyDescriptor(prototype, 'send');
  const original = (): Method => (before?.value ?? (Object.getPrototypeOf(prototype) as { send: Method }).send) as Method;
  const begin = guard((command: BedrockCommand) => beginCall(calls, command));
  const succeed = guard((sent: Sent, output: Output | undefined) => recordOutput(sent, output ?? {}, guard));
  const fail = guard((sent: Sent, error: unknown) => failCall(sent, error));
  const report = guard((promise: unknown, sent: Sent): unknown =>
    settleAfter(
      promise,
      (output) => succeed(sent, output as Output),
      (error) => fail(sent, error),
    ),
  );
  const send: Method = function (command, ...rest) {
    const sent = begin(command as BedrockCommand);
    if (sent === undefined) return original().call(this, command, ...rest);
    const callback = rest.findIndex((value) => typeof value === 'function');
    if (callback >= 0) rest[callback] = reporting(rest[callback] as Callback, sent, succeed, fail);
    try {
      const promise = original().call(this, command, ...rest);
      return callback < 0 ? (report(promise, sent) ?? promise) : promise;
    } catch (error) {
      fail(sent, error);
      throw error;
    }
  };
  Object.defineProperty(prototype, 'send', { value: copyFunctionShape(send, original()), configurable: true, writable: true });
  return () => {
    // If another library has wrapped it since, our wrapper stays inside.
    if (Object.getOwnPropertyDescriptor(prototype, 'send')?.value !== send) return;
    if (before === undefined) Reflect.deleteProperty(prototype, 'send');
    else Object.defineProperty(prototype, 'send', before);
  };
}

type Report<Outcome> = (sent: Sent, outcome: Outcome) => void;

function reporting(callback: Callback, sent: Sent, succeed: Report<Output>, fail: Report<unknown>): Callback {
  return function (error, output, ...rest) {
    if (error === null || error === undefined) succeed(sent, output as Output);
    else fail(sent, error);
    return callback.call(this, error, output, ...rest);
  };
}

function beginCall(calls: ClientLlmCalls, command: BedrockCommand): Sent | undefined {
  const operation = bedrockOperation(command);
  if (operation === undefined) return undefined;
  const call = calls.begin({ operation, provider: 'bedrock', model: bedrockModel(command) });
  return { call, format: operation === 'embeddings' ? BEDROCK_EMBEDDING : BEDROCK_CONTENT };
}

function failCall({ call }: Sent, error: unknown): void {
  countRetries(call, error);
  // The service has a name for each of its errors.
  call.fail(error, errorTypeOf(error));
}

function countRetries(call: ClientLlmCall, outcome: unknown): void {
  const attempts = (outcome as Output | null | undefined)?.$metadata?.attempts ?? 1;
  for (let attempt = 1; attempt < Math.min(attempts, MOST_ATTEMPTS); attempt += 1) call.retried();
}

function recordOutput(sent: Sent, output: Output, guard: Guard): void {
  const { call, format } = sent;
  countRetries(call, output);
  const { stream, body } = output;
  if (isIterable(stream)) observeEvents(stream, sent, new ConverseReader(call), guard);
  else if (body instanceof Uint8Array) call.end(new BodyReader(format, 'whole').readWhole(body));
  else if (isIterable(body)) observeEvents(body, sent, new BodyReader(format, 'lines', () => call.chunk()), guard);
  else call.end(converseEnd(output));
}

function isIterable<Event>(value: AsyncIterable<Event> | undefined): value is AsyncIterable<Event> {
  return typeof value?.[Symbol.asyncIterator] === 'function';
}

/** Collects the events of a stream. */
interface EventReader<Event> {
  read(event: Event): void;
  /** The result when the stream is over, or as far as it came. */
  end(): LlmCallEnd;
}

/** Observes the first reader of the stream; a second one gets no events. */
function observeEvents<Event>(events: AsyncIterable<Event>, { call }: Sent, reader: EventReader<Event>, guard: Guard): void {
  const iterate = events[Symbol.asyncIterator];
  const observe = guard((iterator: AsyncIterator<Event>) =>
    observeAsyncIterator(
      iterator,
      {
        value: (event) => reader.read(event),
        ended: () => call.end({ ...reader.end(), isStream: true }),
        failed: (error) => call.cutOff(error, reader.end()),
        stopped: () => call.cutOff(undefined, reader.end()),
      },
      guard,
    ),
  );
  let isRead = false;
  const value = function (this: AsyncIterable<Event>): AsyncIterator<Event> {
    const iterator = iterate.call(this);
    if (!isRead) observe(iterator);
    isRead = true;
    return iterator;
  };
  Object.defineProperty(events, Symbol.asyncIterator, { value, configurable: true, writable: true });
  call.forgetWith(events);
}

class ConverseReader implements EventReader<ConverseEvent> {
  readonly #call: ClientLlmCall;
  #parts: ConverseResult = {};

  constructor(call: ClientLlmCall) {
    this.#call = call;
  }

  read({ contentBlockDelta, messageStop, metadata }: ConverseEvent): void {
    if (contentBlockDelta !== undefined) this.#call.chunk();
    else if (messageStop !== undefined) this.#parts = { ...this.#parts, ...messageStop };
    else if (metadata !== undefined) this.#parts = { ...this.#parts, ...metadata };
  }

  end(): LlmCallEnd {
    return converseEnd(this.#parts);
  }
}

const NEWLINE = Buffer.from('\n');

class BodyReader implements EventReader<BodyEvent> {
  readonly #answer: ResponseParser;

  constructor(format: ReadableFormat, framing: Framing, chunk: () => void = () => {}) {
    this.#answer = new ResponseParser(format, framing, chunk);
  }

  readWhole(body: Uint8Array): LlmCallEnd {
    this.#answer.write(body);
    return this.end();
  }

  /** Each event is a document of its own. */
  read({ chunk }: BodyEvent): void {
    if (chunk?.bytes === undefined) return;
    this.#answer.write(chunk.bytes);
    this.#answer.write(NEWLINE);
  }

  end(): LlmCallEnd {
    const { finishReason, usage } = this.#answer.end();
    return { finishReason, usage };
  }
}

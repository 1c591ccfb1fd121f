// Amazon Bedrock: calls of models, whole and streamed, as the AWS SDK's client for them sends its commands.
//
// The client speaks HTTP/2, where nothing is published of what goes by, so its `send` is covered, on its own class alone: the base
// class has it for all clients of AWS. A command that the client repeats by itself is one call, which says how often it was tried.
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
  type ConverseTold,
} from './calls.ts';

interface Exports {
  readonly BedrockRuntimeClient: { readonly prototype: object };
}

interface Output extends ConverseTold {
  readonly $metadata?: { readonly attempts?: number };
  /** Of ConverseStream. */
  readonly stream?: AsyncIterable<ConverseEvent>;
  /** Of InvokeModel, or the parts of it. */
  readonly body?: Uint8Array | AsyncIterable<BodyEvent>;
}

interface BodyEvent {
  readonly chunk?: { readonly bytes?: Uint8Array };
}

/** A call that was sent. */
interface Sent {
  readonly call: ClientLlmCall;
  /** Of its body, if it has one. */
  readonly format: ReadableFormat;
}

/** No client tries that often. */
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

/** Where two attachments cover `send`, the outer one tells and the inner one lets the command pass. */
let beingSent: unknown;

/** Gives the class a `send` of its own, before the one that it inherits, or had. */
function wrapSend(prototype: object, calls: ClientLlmCalls, { guard }: Attachment): Undo {
  const before = Object.getOwnPropertyDescriptor(prototype, 'send');
  const original = (): Method => (before?.value ?? (Object.getPrototypeOf(prototype) as { send: Method }).send) as Method;
  const begin = guard((command: BedrockCommand) => beginCall(calls, command));
  const follow = guard((sent: Sent, output: Output | undefined) => followOutput(sent, output ?? {}, guard));
  const fail = guard((sent: Sent, error: unknown) => failCall(sent, error));
  const watch = guard((promise: unknown, sent: Sent): unknown =>
    settleAfter(
      promise,
      (output) => follow(sent, output as Output),
      (error) => fail(sent, error),
    ),
  );
  const send: Method = function (command, ...rest) {
    const sent = command === beingSent ? undefined : begin(command as BedrockCommand);
    if (sent === undefined) return original().call(this, command, ...rest);
    const callback = rest.findIndex((value) => typeof value === 'function');
    if (callback >= 0) rest[callback] = telling(rest[callback] as Callback, sent, follow, fail);
    beingSent = command;
    try {
      const promise = original().call(this, command, ...rest);
      return callback < 0 ? (watch(promise, sent) ?? promise) : promise;
    } catch (error) {
      fail(sent, error);
      throw error;
    } finally {
      beingSent = undefined;
    }
  };
  Object.defineProperty(prototype, 'send', { value: copyFunctionShape(send, original()), configurable: true, writable: true });
  return () => {
    // What somebody else covered after us stays covered.
    if (Object.getOwnPropertyDescriptor(prototype, 'send')?.value !== send) return;
    if (before === undefined) Reflect.deleteProperty(prototype, 'send');
    else Object.defineProperty(prototype, 'send', before);
  };
}

type Tell<Told> = (sent: Sent, told: Told) => void;

function telling(callback: Callback, sent: Sent, follow: Tell<Output>, fail: Tell<unknown>): Callback {
  return function (error, output, ...rest) {
    if (error === null || error === undefined) follow(sent, output as Output);
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

function countRetries(call: ClientLlmCall, told: unknown): void {
  const attempts = (told as Output | null | undefined)?.$metadata?.attempts ?? 1;
  for (let attempt = 1; attempt < Math.min(attempts, MOST_ATTEMPTS); attempt += 1) call.retried();
}

function followOutput(sent: Sent, output: Output, guard: Guard): void {
  const { call, format } = sent;
  countRetries(call, output);
  const { stream, body } = output;
  if (isIterable(stream)) followEvents(stream, sent, new ConverseReader(call), guard);
  else if (body instanceof Uint8Array) call.end(new BodyReader(format, 'whole').read(body));
  else if (isIterable(body)) followEvents(body, sent, new BodyReader(format, 'lines', () => call.chunk()), guard);
  else call.end(converseEnd(output));
}

function isIterable<Event>(value: AsyncIterable<Event> | undefined): value is AsyncIterable<Event> {
  return typeof value?.[Symbol.asyncIterator] === 'function';
}

/** What comes of a stream. */
interface EventReader<Event> {
  see(event: Event): void;
  /** What was told when the stream was over, or as far as it came. */
  end(): LlmCallEnd;
}

/** Watches the first that reads the stream; there are no events for a second one. */
function followEvents<Event>(events: AsyncIterable<Event>, { call }: Sent, reader: EventReader<Event>, guard: Guard): void {
  const iterate = events[Symbol.asyncIterator];
  const watch = guard((iterator: AsyncIterator<Event>) =>
    observeAsyncIterator(
      iterator,
      {
        gave: (event) => reader.see(event),
        ended: () => call.end({ ...reader.end(), isStream: true }),
        failed: (error) => call.cutOff(error, reader.end()),
        left: () => call.cutOff(undefined, reader.end()),
      },
      guard,
    ),
  );
  let isRead = false;
  const value = function (this: AsyncIterable<Event>): AsyncIterator<Event> {
    const iterator = iterate.call(this);
    if (!isRead) watch(iterator);
    isRead = true;
    return iterator;
  };
  Object.defineProperty(events, Symbol.asyncIterator, { value, configurable: true, writable: true });
  call.forgetWith(events);
}

class ConverseReader implements EventReader<ConverseEvent> {
  readonly #call: ClientLlmCall;
  #told: ConverseTold = {};

  constructor(call: ClientLlmCall) {
    this.#call = call;
  }

  see({ contentBlockDelta, messageStop, metadata }: ConverseEvent): void {
    if (contentBlockDelta !== undefined) this.#call.chunk();
    else if (messageStop !== undefined) this.#told = { ...this.#told, ...messageStop };
    else if (metadata !== undefined) this.#told = { ...this.#told, ...metadata };
  }

  end(): LlmCallEnd {
    return converseEnd(this.#told);
  }
}

const NEWLINE = Buffer.from('\n');

class BodyReader implements EventReader<BodyEvent> {
  readonly #answer: ResponseParser;

  constructor(format: ReadableFormat, framing: Framing, chunk: () => void = () => {}) {
    this.#answer = new ResponseParser(format, framing, chunk);
  }

  read(body: Uint8Array): LlmCallEnd {
    this.#answer.write(body);
    return this.end();
  }

  /** Each event has a document of its own. */
  see({ chunk }: BodyEvent): void {
    if (chunk?.bytes === undefined) return;
    this.#answer.write(chunk.bytes);
    this.#answer.write(NEWLINE);
  }

  end(): LlmCallEnd {
    const { finishReason, usage } = this.#answer.end();
    return { finishReason, usage };
  }
}

// LangChain: tools, retrievers, and the calls of models that send no request which another instrumentation sees.
//
// Its classes call what applications and provider packages derive from them, so the calls are watched there: a callback handler
// would be told late, in a queue, and could not say which request belongs to which call. Nearly all models send their requests by
// fetch, where the tap counts them, or by a client such as Bedrock's; what was seen below is not counted again. Several prompts
// that are handed to a model at once are one call. What an agent is, LangGraph knows, and LangChain itself does not.
import { genAiClientOperationDuration } from '../../catalog/llm.ts';
import { genAiExecuteToolDuration, toolActive } from '../../catalog/tools.ts';
import { nowMillis } from '../../core/clock.ts';
import { errorTypeOf } from '../../core/operation.ts';
import { observeAsyncIterator } from '../../hooks/async-iterator.ts';
import type { Attachment, Guard, Instrumentation, PatchTarget, Undo } from '../../hooks/instrumentation.ts';
import { observePromiseMethod, type PromisedCall } from '../../hooks/promise-method.ts';
import { wrapMethod } from '../../hooks/wrap-method.ts';
import { LlmCalls } from '../../recorders/llm/calls.ts';
import { currentClientCall } from '../../recorders/llm/client-call.ts';
import { type ClientLlmCall, clientCallMetrics, ClientLlmCalls } from '../../recorders/llm/client-calls.ts';
import { llmPrices } from '../../recorders/llm/prices.ts';
import { providerNameOf } from '../../recorders/llm/provider-names.ts';
import { ToolCalls } from '../../recorders/tools/calls.ts';
import {
  askedOf,
  type LangchainModel,
  type LangchainResult,
  type LangchainStream,
  resultEnd,
  ToldEvents,
  ToldMessages,
} from './results.ts';

interface Class {
  readonly prototype: object;
}

interface Tool {
  readonly name?: unknown;
}

interface Retriever {
  readonly constructor: { readonly name: string };
  readonly vectorStore?: { _vectorstoreType?(): unknown };
}

type Callable = (...values: unknown[]) => unknown;

export const langchain: Instrumentation = {
  name: 'langchain',
  target: { package: '@langchain/core', versions: '>=1 <2' },
  metrics: [...clientCallMetrics, genAiExecuteToolDuration, toolActive],
  attach(attachment) {
    const { registry, settings, guard } = attachment;
    const calls = new ClientLlmCalls(
      new LlmCalls(registry, { names: settings.genAiNames, prices: llmPrices(settings.llmPrices) }),
    );
    const tools = new ToolCalls(registry);
    const watch = (file: string, apply: (exports: Record<string, Class>) => Undo): void =>
      attachment.patch(bothCopies(file), apply);

    watch('language_models/chat_models', (exports) => watchModel(exports['BaseChatModel']!.prototype, calls, 'chat', attachment));
    watch('language_models/llms', (exports) => watchModel(exports['BaseLLM']!.prototype, calls, 'text_completion', attachment));
    watch('utils/async_caller', (exports) => keepCalls(exports['AsyncCaller']!.prototype));
    watch('tools/index', (exports) =>
      observePromiseMethod(exports['StructuredTool']!.prototype, 'call', guard, (tool: Tool) => beginTool(tools, tool)),
    );
    watch('retrievers/index', (exports) =>
      observePromiseMethod(exports['BaseRetriever']!.prototype, 'invoke', guard, (retriever: Retriever) =>
        beginRetrieval(attachment, retriever),
      ),
    );
    attachment.onDetach(() => {
      calls.stop();
      tools.stop();
    });
  },
};

/** The CommonJS and the ES module of a file, which have classes of their own. */
function bothCopies(file: string): PatchTarget {
  return { file: `dist/${file}.cjs`, esFile: `dist/${file}.js` };
}

type Operation = 'chat' | 'text_completion';

function watchModel(prototype: object, calls: ClientLlmCalls, operation: Operation, { guard }: Attachment): Undo {
  const begin = (model: LangchainModel): ClientLlmCall => calls.begin(askedOf(model, operation));
  const undo = [
    observePromiseMethod(prototype, '_generateUncached', guard, (model: LangchainModel) => beginWhole(begin(model))),
    watchStreams(prototype, '_streamIterator', { begin, read: () => new ToldMessages() }, guard),
  ];
  // Of chat models; those that make their events themselves have their own, and send requests.
  if (Object.hasOwn(prototype, EVENTS))
    undo.push(watchStreams(prototype, EVENTS, { begin, read: () => new ToldEvents() }, guard));
  return () => {
    for (const one of undo) one();
  };
}

const EVENTS = '_streamChatModelEvents';

function beginWhole(call: ClientLlmCall): PromisedCall {
  return {
    run: (make) => call.context.run(make),
    done: (result) => call.end(resultEnd(result as LangchainResult)),
    failed: (error) => call.fail(error),
  };
}

interface StreamWatch<Part> {
  readonly begin: (model: LangchainModel) => ClientLlmCall;
  readonly read: () => LangchainStream<Part>;
}

/** The model that is about to stream; where two watch, the outer one tells and the inner one lets it pass. */
let aboutToStream: unknown;

function setAboutToStream(model: unknown): void {
  aboutToStream = model;
}

/** A model that cannot stream is called as a whole beneath, and counted there. */
function watchStreams<Part>(prototype: object, name: string, { begin: beginCall, read }: StreamWatch<Part>, guard: Guard): Undo {
  const begin = guard(beginCall);
  const follow = guard((parts: AsyncIterator<Part>, call: ClientLlmCall): void => {
    const told = read();
    const listener = {
      gave(part: Part): void {
        if (told.see(part)) call.chunk(told.model);
      },
      ended: (): void => call.end({ ...told.end(), isStream: true }),
      failed: (error: unknown): void => call.cutOff(error, told.end()),
      left: (): void => call.cutOff(undefined, told.end()),
    };
    observeAsyncIterator(parts, listener, guard, (step) => call.context.run(step));
    call.forgetWith(parts);
  });
  return wrapMethod(
    prototype,
    name,
    (method) =>
      function (...values) {
        if (aboutToStream === this) return method.apply(this, values);
        const call = begin(this as LangchainModel);
        setAboutToStream(this);
        try {
          const parts = method.apply(this, values);
          if (call !== undefined) follow(parts as AsyncIterator<Part>, call);
          return parts;
        } finally {
          setAboutToStream(undefined);
        }
      },
  );
}

/** What waits in a queue for its turn is a part of the call that it was put there by, not of the one that makes room for it. */
function keepCalls(prototype: object): Undo {
  const [name, index] = Object.hasOwn(prototype, 'callWithRetries') ? (['callWithRetries', 1] as const) : (['call', 0] as const);
  return wrapMethod(
    prototype,
    name,
    (method) =>
      function (...values) {
        const call = currentClientCall();
        const callable = values[index] as Callable;
        if (call !== undefined) values[index] = (...given: unknown[]) => call.run(() => callable(...given));
        return method.apply(this, values);
      },
  );
}

function beginTool(tools: ToolCalls, { name }: Tool): PromisedCall {
  const call = tools.begin(typeof name === 'string' ? name : undefined);
  return { done: () => call.end(), failed: (error) => call.end(errorTypeOf(error)) };
}

function beginRetrieval({ registry }: Attachment, retriever: Retriever): PromisedCall {
  const startMillis = nowMillis();
  const attributes = {
    'gen_ai.operation.name': 'retrieval',
    'gen_ai.provider.name': providerNameOf(retriever.vectorStore?._vectorstoreType?.() ?? retriever.constructor.name),
  } as const;
  const record = (errorType?: string): void =>
    registry
      .instrument(genAiClientOperationDuration)
      .record((nowMillis() - startMillis) / 1000, { ...attributes, 'error.type': errorType });
  return { done: () => record(), failed: (error) => record(errorTypeOf(error)) };
}

// LangChain: tools, retrievers, and the calls of models that send no request which another instrumentation measures.
//
// Its base classes call what applications and provider packages derive from them, so their methods are patched: a callback
// handler would be called late, from a queue, and could not know which request belongs to which call. Nearly all models send
// requests by fetch, where the instrumentation `llm` counts them, or by a client such as Bedrock's; those are not counted again.
// Several prompts that are passed to a model at once are one call. LangChain itself knows no agents; LangGraph does.
import { genAiClientOperationDuration } from '../../catalog/llm.ts';
import { genAiExecuteToolDuration, toolActive } from '../../catalog/tools.ts';
import { nowMillis } from '../../core/clock.ts';
import { errorTypeOf } from '../../core/operation.ts';
import { observeAsyncIterator } from '../../hooks/async-iterator.ts';
import type { Attachment, Guard, Instrumentation, PatchTarget, Undo } from '../../hooks/instrumentation.ts';
import { observeCalls } from '../../hooks/observe-calls.ts';
import { observePromiseMethod } from '../../hooks/promise-method.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { LlmCalls } from '../../recorders/llm/calls.ts';
import { currentClientCall } from '../../recorders/llm/client-call.ts';
import { type ClientLlmCall, clientCallMetrics, ClientLlmCalls } from '../../recorders/llm/client-calls.ts';
import { llmPrices } from '../../recorders/llm/prices.ts';
import { providerNameOf } from '../../recorders/llm/provider-names.ts';
import { type ToolCall, ToolCalls } from '../../recorders/tools/calls.ts';
import {
  type LangchainModel,
  type LangchainResult,
  type LangchainStream,
  requestOf,
  resultEnd,
  StreamedEvents,
  StreamedMessages,
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
    const patch = (file: string, apply: (exports: Record<string, Class>) => Undo): void =>
      attachment.patch(bothModules(file), apply);

    patch('language_models/chat_models', (exports) => observeModel(exports['BaseChatModel']!.prototype, calls, 'chat', guard));
    patch('language_models/llms', (exports) => observeModel(exports['BaseLLM']!.prototype, calls, 'text_completion', guard));
    patch('utils/async_caller', (exports) => keepContext(exports['AsyncCaller']!.prototype, guard));
    patch('tools/index', (exports) => observeTools(exports['StructuredTool']!.prototype, tools, guard));
    patch('retrievers/index', (exports) => observeRetrievals(exports['BaseRetriever']!.prototype, attachment));
    attachment.onDetach(() => {
      calls.stop();
      tools.stop();
    });
  },
};

/** The CommonJS and the ES module of a file, which have classes of their own. */
function bothModules(file: string): PatchTarget {
  return { file: `dist/${file}.cjs`, esFile: `dist/${file}.js` };
}

type Operation = 'chat' | 'text_completion';

function observeModel(prototype: object, calls: ClientLlmCalls, operation: Operation, guard: Guard): Undo {
  const begin = (model: LangchainModel): ClientLlmCall => calls.begin(requestOf(model, operation));
  const undos = [
    observePromiseMethod(prototype, '_generateUncached', guard, {
      before: begin,
      run: (call, { context }) => context.run(call),
      fulfilled: (result, call) => call.end(resultEnd(result as LangchainResult)),
      rejected: (error, call) => call.fail(error),
    }),
    observeStreams(prototype, '_streamIterator', { begin, read: () => new StreamedMessages() }, guard),
  ];
  // Of chat models. Those that make their events themselves override it, and send requests.
  if (Object.hasOwn(prototype, EVENTS))
    undos.push(observeStreams(prototype, EVENTS, { begin, read: () => new StreamedEvents() }, guard));
  return undoAll(undos);
}

const EVENTS = '_streamChatModelEvents';

interface StreamObserver<Part> {
  readonly begin: (model: LangchainModel) => ClientLlmCall;
  readonly read: () => LangchainStream<Part>;
}

/** A model that cannot stream makes a whole call within, which is counted. */
function observeStreams<Part>(prototype: object, name: string, { begin, read }: StreamObserver<Part>, guard: Guard): Undo {
  return observeCalls(prototype, name, guard, {
    before: begin,
    after(_, __, result, call) {
      if (call === undefined) return;
      const parts = result as AsyncIterator<Part>;
      const stream = read();
      const listener = {
        value(part: Part): void {
          if (stream.read(part)) call.chunk(stream.model);
        },
        ended: (): void => call.end({ ...stream.end(), isStream: true }),
        failed: (error: unknown): void => call.cutOff(error, stream.end()),
        stopped: (): void => call.cutOff(undefined, stream.end()),
      };
      observeAsyncIterator(parts, listener, guard, (step) => call.context.run(step));
      call.forgetWith(parts);
    },
  });
}

/** A function that waits in a queue belongs to the call that put it there, not to the one whose end lets it run. */
function keepContext(prototype: object, guard: Guard): Undo {
  const [name, index] = Object.hasOwn(prototype, 'callWithRetries') ? (['callWithRetries', 1] as const) : (['call', 0] as const);
  return observeCalls(prototype, name, guard, {
    before(_, values: unknown[]) {
      const call = currentClientCall();
      const callable = values[index] as Callable;
      if (call !== undefined) values[index] = (...given: unknown[]) => call.run(() => callable(...given));
    },
  });
}

function observeTools(prototype: object, tools: ToolCalls, guard: Guard): Undo {
  return observePromiseMethod(prototype, 'call', guard, {
    before: ({ name }: Tool): ToolCall => tools.begin(typeof name === 'string' ? name : undefined),
    fulfilled: (_, call) => call.end(),
    rejected: (error, call) => call.end(errorTypeOf(error)),
  });
}

interface Retrieval {
  readonly provider: string;
  readonly startMillis: number;
}

function observeRetrievals(prototype: object, { registry, guard }: Attachment): Undo {
  const record = ({ provider, startMillis }: Retrieval, errorType?: string): void =>
    registry.instrument(genAiClientOperationDuration).record((nowMillis() - startMillis) / 1000, {
      'gen_ai.operation.name': 'retrieval',
      'gen_ai.provider.name': provider,
      'error.type': errorType,
    });
  return observePromiseMethod(prototype, 'invoke', guard, {
    before: ({ vectorStore, constructor }: Retriever): Retrieval => ({
      provider: providerNameOf(vectorStore?._vectorstoreType?.() ?? constructor.name),
      startMillis: nowMillis(),
    }),
    fulfilled: (_, retrieval) => record(retrieval),
    rejected: (error, retrieval) => record(retrieval, errorTypeOf(error)),
  });
}

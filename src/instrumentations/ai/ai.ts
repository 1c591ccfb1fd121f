// Vercel AI SDK 7: tool calls, retries, agents by their `functionId`, and calls of models that no other instrumentation measures,
// from the library's own registry of telemetry integrations.
//
// Most models send their requests by fetch, where the instrumentation `llm` counts them; such a call is not recorded again. What
// remains are models that send none, or whose requests cannot be parsed, such as Bedrock's, and the library's mock models. A call
// with integrations of its own is reported to those alone, and one with telemetry disabled to none; its requests still count.
import type { LlmOperation } from '../../catalog/llm-attributes.ts';
import { llmRetries } from '../../catalog/llm.ts';
import { genAiExecuteToolDuration, toolActive } from '../../catalog/tools.ts';
import { ABORTED, errorTypeOf } from '../../core/operation.ts';
import { textOf } from '../../core/text.ts';
import type { Attachment, Guard, Instrumentation } from '../../hooks/instrumentation.ts';
import { agentRunMetrics, type AgentRun, AgentRuns } from '../../recorders/agents/runs.ts';
import { LlmCalls } from '../../recorders/llm/calls.ts';
import { type ClientLlmCall, clientCallMetrics, ClientLlmCalls } from '../../recorders/llm/client-calls.ts';
import { llmPrices } from '../../recorders/llm/prices.ts';
import { type ToolCall, ToolCalls } from '../../recorders/tools/calls.ts';
import { type AiFinishReason, type AiResult, type AiUsage, recordResult, reasonOf, usageOf } from './results.ts';

interface CallEvent {
  /** Of the application's call, which may need several calls of models. */
  readonly callId: string;
  readonly provider?: unknown;
  readonly modelId?: unknown;
}

interface StartEvent extends CallEvent {
  readonly operationId?: unknown;
  /** The application's name for the call, which the library itself uses as the name of an agent. */
  readonly functionId?: unknown;
}

interface EmbedEvent extends CallEvent {
  readonly embedCallId: string;
  readonly usage?: { readonly tokens?: number } | null;
}

interface ObjectEvent extends CallEvent {
  readonly usage?: AiUsage | null;
  readonly finishReason?: AiFinishReason;
  readonly response?: { readonly modelId?: unknown } | null;
  /** Only streams have a first chunk. */
  readonly msToFirstChunk?: number;
}

interface ErrorEvent extends CallEvent {
  readonly error?: unknown;
}

interface Execution {
  readonly execute: () => PromiseLike<unknown>;
}

interface ModelCall extends CallEvent, Execution {}

interface ToolExecution extends CallEvent, Execution {
  readonly toolCall?: { readonly toolName?: unknown } | null;
}

interface Registries {
  AI_SDK_TELEMETRY_INTEGRATIONS?: object[];
}

export const ai: Instrumentation = {
  name: 'ai',
  target: { package: 'ai', versions: '>=7 <8' },
  metrics: [...clientCallMetrics, llmRetries, genAiExecuteToolDuration, toolActive, ...agentRunMetrics],
  attach(attachment) {
    const recorder = new AiRecorder(attachment);
    attachment.onDetach(register(recorder));
    // Nothing is patched: this only reports an earlier version, which has no integrations.
    attachment.patch({ file: 'dist/index.js', esFile: 'dist/index.mjs' }, () => () => {});
  },
};

/** Adds an integration to the registry, beside the application's own. */
function register(recorder: AiRecorder): () => void {
  const registry = ((globalThis as Registries).AI_SDK_TELEMETRY_INTEGRATIONS ??= []);
  const integration = makeIntegration(recorder);
  registry.push(integration);
  return () => {
    recorder.stop();
    // The application may have emptied it.
    if (registry.includes(integration)) registry.splice(registry.indexOf(integration), 1);
  };
}

/** The library calls these methods and awaits what they return. Calls under way keep them after promtel was detached. */
function makeIntegration(recorder: AiRecorder) {
  const active = (): AiRecorder | undefined => (recorder.isStopped ? undefined : recorder);
  return {
    executeLanguageModelCall: (call: ModelCall) => (recorder.isStopped ? call.execute() : recorder.callModel(call)),
    executeTool: (call: ToolExecution) => (recorder.isStopped ? call.execute() : recorder.callTool(call)),
    onStart: (event: StartEvent) => active()?.begin(event),
    onEmbedStart: (event: EmbedEvent) => active()?.startEmbedding(event),
    onEmbedEnd: (event: EmbedEvent) => active()?.endEmbedding(event),
    onObjectStepStart: (event: ObjectEvent) => active()?.startObject(event),
    onObjectStepEnd: (event: ObjectEvent) => active()?.endObject(event),
    onEnd: (event: CallEvent) => active()?.end(event),
    onAbort: (event: CallEvent) => active()?.abort(event),
    onError: (event: ErrorEvent) => active()?.end(event),
  };
}

/** A call of the application that is not over. */
interface Run {
  /** Whether its last call of a model failed, which the next one repeats. */
  hasFailed: boolean;
  /** The calls of models that are reported at their start and at their end. */
  readonly open: Map<string, ClientLlmCall>;
  agent: AgentRun | undefined;
}

/** A stream that nobody reads never ends, so beyond this number the oldest call is dropped. */
const MOST_RUNS = 1000;

const OBJECT = 'object';

/** The operations that may call several models and tools. */
const AGENTIC = new Set<unknown>(['ai.generateText', 'ai.streamText']);

class AiRecorder {
  readonly #models: ClientLlmCalls;
  readonly #tools: ToolCalls;
  readonly #agents: AgentRuns;
  readonly #runs = new Map<string, Run>();
  isStopped = false;
  /** Makes the call of a model; the requests that it sends are parts of the call. */
  readonly callModel: (call: ModelCall) => PromiseLike<unknown>;
  readonly callTool: (call: ToolExecution) => PromiseLike<unknown>;
  readonly begin;
  readonly startEmbedding;
  readonly endEmbedding;
  readonly startObject;
  readonly endObject;
  readonly abort;
  readonly end;

  constructor({ registry, settings, guard }: Attachment) {
    const calls = new LlmCalls(registry, { names: settings.genAiNames, prices: llmPrices(settings.llmPrices) });
    this.#models = new ClientLlmCalls(calls);
    this.#tools = new ToolCalls(registry);
    this.#agents = new AgentRuns(registry);
    this.callModel = this.#modelCaller(guard);
    this.callTool = this.#toolCaller(guard);
    this.begin = guard((event: StartEvent) => this.#beginAgent(event));
    this.startEmbedding = guard((event: EmbedEvent) => this.#start(event, event.embedCallId, 'embeddings'));
    this.endEmbedding = guard(({ callId, embedCallId, usage }: EmbedEvent) =>
      this.#take(callId, embedCallId)?.end({ usage: usageOf({ inputTokens: usage?.tokens ?? null }) }),
    );
    this.startObject = guard((event: ObjectEvent) => this.#start(event, OBJECT, 'chat'));
    this.endObject = guard(({ callId, usage, finishReason, response, msToFirstChunk }: ObjectEvent) =>
      this.#take(callId, OBJECT)?.end({
        responseModel: textOf(response?.modelId),
        finishReason: reasonOf(finishReason),
        usage: usageOf(usage),
        isStream: msToFirstChunk !== undefined,
      }),
    );
    this.abort = guard((event: CallEvent) => this.#end(event, ABORTED));
    this.end = guard((event: ErrorEvent) => this.#end(event, 'error' in event ? errorTypeOf(lastOf(event.error)) : undefined));
  }

  stop(): void {
    this.isStopped = true;
    this.#models.stop();
    this.#tools.stop();
    this.#runs.clear();
  }

  #modelCaller(guard: Guard) {
    const begin = guard((call: ModelCall) => this.#begin(call));
    const follow = guard((promise: PromiseLike<unknown>, call: ClientLlmCall, { callId }: ModelCall): void => {
      const succeeded = guard((result: AiResult) => recordResult(call, result, guard));
      const failed = guard((error: unknown) => {
        this.#runOf(callId).hasFailed = true;
        call.fail(error);
      });
      promise.then(succeeded as (result: unknown) => void, failed);
    });
    const make = (options: ModelCall): PromiseLike<unknown> => {
      const call = begin(options);
      if (call === undefined) return options.execute();
      const promise = call.context.run(options.execute);
      follow(promise, call, options);
      return promise;
    };
    return (options: ModelCall) => this.#within(options, () => make(options));
  }

  #toolCaller(guard: Guard) {
    const begin = guard(({ toolCall }: ToolExecution) => this.#tools.begin(textOf(toolCall?.toolName)));
    const follow = guard((promise: PromiseLike<unknown>, call: ToolCall): void => {
      promise.then(
        guard(() => call.end()),
        guard((error: unknown) => call.end(errorTypeOf(error))),
      );
    });
    const make = (options: ToolExecution): PromiseLike<unknown> => {
      const call = begin(options);
      const promise = options.execute();
      if (call !== undefined) follow(promise, call);
      return promise;
    };
    return (options: ToolExecution) => this.#within(options, () => make(options));
  }

  #beginAgent({ callId, operationId, functionId }: StartEvent): void {
    const name = AGENTIC.has(operationId) ? textOf(functionId) : undefined;
    if (name !== undefined) this.#runOf(callId).agent = this.#agents.begin(name);
  }

  /** Calls within the run of an agent count for the agent. */
  #within<Result>({ callId }: CallEvent, call: () => Result): Result {
    const agent = this.#runs.get(callId)?.agent;
    return agent === undefined ? call() : agent.run(call);
  }

  #begin({ callId, provider, modelId }: CallEvent): ClientLlmCall {
    const call = this.#models.begin({ operation: 'chat', provider, model: modelId });
    const run = this.#runOf(callId);
    if (run.hasFailed) call.retried();
    run.hasFailed = false;
    return call;
  }

  /** The library calls the model after this has returned, in the context that it enters. */
  #start({ callId, provider, modelId }: CallEvent, id: string, operation: LlmOperation): void {
    const call = this.#models.begin({ operation, provider, model: modelId }, callId);
    this.#runOf(callId).open.set(id, call);
    call.context.enter();
  }

  #take(callId: string, id: string): ClientLlmCall | undefined {
    const open = this.#runs.get(callId)?.open;
    const call = open?.get(id);
    open?.delete(id);
    return call;
  }

  /** A call of a model that started and did not end has failed, even if it was repeated and then succeeded. */
  #end({ callId, error }: ErrorEvent, errorType?: string): void {
    const run = this.#runs.get(callId);
    this.#runs.delete(callId);
    run?.agent?.end(errorType);
    for (const call of run?.open.values() ?? []) call.fail(lastOf(error));
  }

  #runOf(callId: string): Run {
    let run = this.#runs.get(callId);
    if (run === undefined) {
      if (this.#runs.size >= MOST_RUNS) this.#forgetOldest();
      this.#runs.set(callId, (run = { hasFailed: false, open: new Map(), agent: undefined }));
    }
    return run;
  }

  #forgetOldest(): void {
    const [callId, run] = this.#runs.entries().next().value!;
    this.#runs.delete(callId);
    for (const call of run.open.values()) call.forget();
  }
}

/** Of the errors of a call that was repeated, the one that ended it. */
function lastOf(error: unknown): unknown {
  return (error as { readonly lastError?: unknown } | null | undefined)?.lastError ?? error;
}

// Vercel AI SDK: tool calls, retries, agents by their `functionId`, and the LLM calls of models that send no request which the tap on
// fetch sees, as the library tells those that stand in its own registry.
//
// Most models send their requests by fetch, and the tap counts them; a call that it has seen is not recorded again. What remains
// are models that do otherwise, or whose requests nobody can read, such as Bedrock's, and the library's mock models. A call with
// integrations of its own is told to those alone, and one with telemetry disabled to nobody; what they send, the tap still sees.
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
import { type AiFinishReason, type AiResult, type AiUsage, followResult, reasonOf, usageOf } from './results.ts';

interface CallEvent {
  /** Of the application's own call, which may take several of models. */
  readonly callId: string;
  readonly provider?: unknown;
  readonly modelId?: unknown;
}

interface StartEvent extends CallEvent {
  readonly operationId?: unknown;
  /** The application's name for it, by which the library itself names agents. */
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

/** What stands in the library's registry, once for all attachments of a process. */
interface Integration {
  /** Only the first is told. */
  readonly [ATTACHED]: AiRecorder[];
}

interface Registries {
  AI_SDK_TELEMETRY_INTEGRATIONS?: (Partial<Integration> | undefined)[];
}

const ATTACHED = Symbol.for('promtel.ai.1');

export const ai: Instrumentation = {
  name: 'ai',
  target: { package: 'ai', versions: '>=7 <8' },
  metrics: [...clientCallMetrics, llmRetries, genAiExecuteToolDuration, toolActive, ...agentRunMetrics],
  attach(attachment) {
    const recorder = new AiRecorder(attachment);
    attachment.onDetach(register(recorder));
    attachment.onDetach(() => recorder.stop());
    // Earlier versions tell nothing; this says so where one is loaded, and patches nothing.
    attachment.patch({ file: 'dist/index.js', esFile: 'dist/index.mjs' }, () => () => {});
  },
};

/** Puts the integration into the registry, beside the application's own, before or after them. */
function register(recorder: AiRecorder): () => void {
  const registry = ((globalThis as Registries).AI_SDK_TELEMETRY_INTEGRATIONS ??= []);
  let integration = registry.find((one) => one?.[ATTACHED] !== undefined) as Integration | undefined;
  if (integration === undefined) registry.push((integration = makeIntegration()));
  const attached = integration[ATTACHED];
  attached.push(recorder);
  return () => {
    attached.splice(attached.indexOf(recorder), 1);
    // The application may have emptied it.
    if (attached.length === 0 && registry.includes(integration)) registry.splice(registry.indexOf(integration), 1);
  };
}

/** Its methods are called by the library, which awaits what they give: whatever they record, the application's work is passed on. */
function makeIntegration() {
  const attached: AiRecorder[] = [];
  return {
    [ATTACHED]: attached,
    executeLanguageModelCall: (call: ModelCall) => (attached[0] === undefined ? call.execute() : attached[0].callModel(call)),
    executeTool: (call: ToolExecution) => (attached[0] === undefined ? call.execute() : attached[0].callTool(call)),
    onStart: (event: StartEvent) => attached[0]?.begin(event),
    onEmbedStart: (event: EmbedEvent) => attached[0]?.startEmbedding(event),
    onEmbedEnd: (event: EmbedEvent) => attached[0]?.endEmbedding(event),
    onObjectStepStart: (event: ObjectEvent) => attached[0]?.startObject(event),
    onObjectStepEnd: (event: ObjectEvent) => attached[0]?.endObject(event),
    onEnd: (event: CallEvent) => attached[0]?.end(event),
    onAbort: (event: CallEvent) => attached[0]?.abort(event),
    onError: (event: ErrorEvent) => attached[0]?.end(event),
  };
}

/** A call of the application that is not over. */
interface Run {
  /** Its last call of a model failed: the next one repeats it. */
  hasFailed: boolean;
  /** The calls of models that are told at their start and at their end. */
  readonly open: Map<string, ClientLlmCall>;
  agent: AgentRun | undefined;
}

/** A stream that is never read is never over: of more than these, the oldest is forgotten. */
const MOST_RUNS = 1000;

const OBJECT = 'object';

/** What may take several calls of models and tools. */
const AGENTIC = new Set<unknown>(['ai.generateText', 'ai.streamText']);

class AiRecorder {
  readonly #models: ClientLlmCalls;
  readonly #tools: ToolCalls;
  readonly #agents: AgentRuns;
  readonly #runs = new Map<string, Run>();
  /** Makes the call of a model, of which what it calls below is a part. */
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
    this.#models.stop();
    this.#tools.stop();
    this.#runs.clear();
  }

  #modelCaller(guard: Guard) {
    const begin = guard((call: ModelCall) => this.#begin(call));
    const follow = guard((promise: PromiseLike<unknown>, call: ClientLlmCall, { callId }: ModelCall): void => {
      const succeeded = guard((result: AiResult) => followResult(call, result, guard));
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

  /** What is done for an agent counts for it. */
  #within<Result>({ callId }: CallEvent, part: () => Result): Result {
    const agent = this.#runs.get(callId)?.agent;
    return agent === undefined ? part() : agent.run(part);
  }

  #begin({ callId, provider, modelId }: CallEvent): ClientLlmCall {
    const call = this.#models.begin({ operation: 'chat', provider, model: modelId });
    const run = this.#runOf(callId);
    if (run.hasFailed) call.retried();
    run.hasFailed = false;
    return call;
  }

  /** The library waits for this before it calls the model, and goes on as the call that was entered. */
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

  /** What was told to begin and not to end has failed, even if it was repeated and came to a good end then. */
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

// `llm`: the API for LLM calls that no instrumentation sees, in the same series as those that one does.
import { serverAddress } from '../../catalog/attributes.ts';
import {
  genAiOperationName,
  genAiProviderName,
  genAiRequestModel,
  type LlmOperation,
  llmPurpose,
} from '../../catalog/llm-attributes.ts';
import { genAiClientOperationDuration, llmTokens } from '../../catalog/llm.ts';
import { OTHER } from '../../core/attribute.ts';
import { ABORTED, errorTypeOf, timeOperation } from '../../core/operation.ts';
import { sharedRegistry } from '../../core/recording/shared-registry.ts';
import { currentActivity } from '../../recorders/agents/activity.ts';
import { LlmCalls, type LlmCallSettings, type LlmRequest } from '../../recorders/llm/calls.ts';
import { ClientCall } from '../../recorders/llm/client-call.ts';
import { currentPurpose, withPurpose } from '../../recorders/llm/purpose.ts';
import { attributesFrom } from '../named-attributes.ts';
import { callSafely, isFunction, wrapFor } from '../record.ts';
import { endOf, type LlmAnswer } from './answer.ts';
import { spending } from './spending.ts';

/** A kind of call to an LLM. */
export interface LlmCallInput {
  /** Provider, by its name in the conventions if it has one, such as `openai`, `aws.bedrock` or `gcp.gemini`. */
  readonly provider: string;
  /** The requested model. */
  readonly model?: string | undefined;
  /** `chat` by default. */
  readonly operation?: LlmOperation | undefined;
  /** By default that of `withPurpose`. */
  readonly purpose?: string | undefined;
  /** Host of the provider's API. */
  readonly host?: string | undefined;
}

export interface LlmCallOptions<Value> {
  /** What a result reports of the call: its tokens, model and finish reason. */
  readonly answerOf?: ((result: Value) => LlmAnswer | undefined) | undefined;
}

/** A call whose answer comes in chunks. The first end counts. */
export interface OpenLlmCall {
  /** A chunk of the output came, by this model if that is known. */
  chunk(model?: string): void;
  /** The answer is complete. */
  end(answer?: LlmAnswer): void;
  /** The call failed, before its answer or in the middle of it. */
  fail(error: unknown, answer?: LlmAnswer): void;
  /** The call was aborted. */
  abort(answer?: LlmAnswer): void;
}

/** `llm` for one kind of call. */
export type BoundLlm = ReturnType<Llm['bind']>;

export type Llm = ReturnType<typeof callsOf> & typeof spending;

const attributesOf = attributesFrom(
  {
    provider: genAiProviderName,
    model: genAiRequestModel,
    operation: genAiOperationName,
    purpose: llmPurpose,
    host: serverAddress,
  },
  { required: ['provider'], example: "{ provider: 'openai', model: 'gpt-5', operation: 'chat' }" },
);

/** Makes `llm`; `settings` is called once, when the first call begins. */
export function createLlm(settings: () => LlmCallSettings): Llm {
  return { ...callsOf(settings), ...spending };
}

function callsOf(settings: () => LlmCallSettings) {
  let calls: LlmCalls | undefined;
  const begin = (request: LlmRequest) => (calls ??= new LlmCalls(sharedRegistry(), settings())).begin(inContext(request));

  function trackCall<Result>(
    request: LlmRequest,
    run: () => Result,
    options: LlmCallOptions<Awaited<Result>> | undefined,
  ): Result {
    if (!isFunction(genAiClientOperationDuration, run)) return run();
    const call = begin(request);
    const context = new ClientCall(() => call.forget());
    const runCall = () => context.run(run);
    return timeOperation(
      request.purpose === undefined ? runCall : () => withPurpose(request.purpose!, runCall),
      ({ errorType }, result) => {
        if (context.isOver) return;
        const answer = errorType === undefined ? callSafely(llmTokens, options?.answerOf, result) : undefined;
        call.end({ ...callSafely(llmTokens, endOf, answer), errorType });
        context.show();
      },
    );
  }

  function wrapCall<Arguments extends unknown[], Result, This>(
    request: LlmRequest,
    run: (this: This, ...values: Arguments) => Result,
    options: LlmCallOptions<Awaited<Result>> | undefined,
  ): (this: This, ...values: Arguments) => Result {
    return wrapFor(genAiClientOperationDuration, run, (call) => trackCall(request, call, options));
  }

  function openCall(request: LlmRequest): OpenLlmCall {
    const call = begin(request);
    let hasOutput = false;
    const endEarly = (errorType: string, answer: LlmAnswer | undefined): void =>
      call.end({ ...callSafely(llmTokens, endOf, answer), errorType, isStream: hasOutput, isCutOff: hasOutput });
    return {
      chunk(model) {
        hasOutput = true;
        call.chunk(model);
      },
      end: (answer) => call.end({ ...callSafely(llmTokens, endOf, answer), isStream: hasOutput }),
      fail: (error, answer) => endEarly(errorTypeOf(error), answer),
      abort: (answer) => endEarly(ABORTED, answer),
    };
  }

  return {
    /**
     * Makes a call, synchronous or not, and returns its result. Records what an instrumentation records of a call: its duration
     * in seconds with `error.type`, and, as far as `answerOf` gives them, tokens, cost in USD, and finish reason. A call that an
     * instrumentation sees as well, such as one over fetch, is counted by the instrumentation alone.
     *
     * @throws the error of the function
     * @example
     * ```js
     * const call = { provider: 'openai', model: 'gpt-4o' };
     * const answerOf = () => ({ usage: { input: 1000, output: 200 }, finishReason: 'stop' });
     * await llm.track(call, () => client.execute(), { answerOf });
     * // gen_ai.client.operation.duration{gen_ai.provider.name="openai", gen_ai.operation.name="chat"} 1
     * // llm.tokens{gen_ai.request.model="gpt-4o", gen_ai.token.type="input"} 1000
     * // llm.cost{gen_ai.request.model="gpt-4o"}
     * ```
     */
    track<Result>(call: LlmCallInput, run: () => Result, options?: LlmCallOptions<Awaited<Result>>): Result {
      return trackCall(requestOf(call), run, options);
    },

    /**
     * Wraps a function to track every call. The wrapper keeps its name and length, and passes `this` on.
     *
     * @example
     * ```js
     * const embed = llm.wrap({ provider: 'house', model: 'embed-1', operation: 'embeddings' }, () => client.execute(), {
     *   answerOf: () => ({ usage: { input: 12 } }),
     * });
     * await embed();
     * // llm.tokens{gen_ai.request.model="embed-1", gen_ai.token.type="input"} 12
     * ```
     */
    wrap<Arguments extends unknown[], Result, This>(
      call: LlmCallInput,
      run: (this: This, ...values: Arguments) => Result,
      options?: LlmCallOptions<Awaited<Result>>,
    ): (this: This, ...values: Arguments) => Result {
      return wrapCall(requestOf(call), run, options);
    },

    /**
     * Begins a call whose answer comes in chunks: records also the time to the first chunk and between chunks, in seconds, and
     * the output tokens per second. The call must be ended, and counts in `llm.active` until then.
     *
     * @example
     * ```js
     * const call = llm.begin({ provider: 'house', model: 'house-1' });
     * for (const word of parse(feed)) call.chunk();
     * call.end({ usage: { input: 3, output: 2 }, finishReason: 'stop' });
     * // gen_ai.client.operation.time_to_first_chunk{gen_ai.request.model="house-1"} 1
     * // llm.finish_reasons{gen_ai.request.model="house-1", llm.finish_reason="stop"} 1
     * ```
     */
    begin(call: LlmCallInput): OpenLlmCall {
      return openCall(requestOf(call));
    },

    /**
     * The same methods for one kind of call.
     *
     * @example
     * ```js
     * const house = llm.bind({ provider: 'house', model: 'house-2' });
     * await house.track(() => client.execute());
     * // llm.unmetered_calls{gen_ai.request.model="house-2"} 1
     * ```
     */
    bind(call: LlmCallInput) {
      const request = requestOf(call);
      return {
        track: <Result>(run: () => Result, options?: LlmCallOptions<Awaited<Result>>): Result => trackCall(request, run, options),
        wrap: <Arguments extends unknown[], Result, This>(
          run: (this: This, ...values: Arguments) => Result,
          options?: LlmCallOptions<Awaited<Result>>,
        ): ((this: This, ...values: Arguments) => Result) => wrapCall(request, run, options),
        begin: (): OpenLlmCall => openCall(request),
      };
    },
  } as const;
}

function requestOf(call: LlmCallInput): LlmRequest {
  const attributes = attributesOf(call, genAiClientOperationDuration);
  return {
    operation: attributes['gen_ai.operation.name'] ?? 'chat',
    provider: attributes['gen_ai.provider.name'] ?? OTHER,
    model: attributes['gen_ai.request.model'],
    serverAddress: attributes['server.address'],
    purpose: attributes['llm.purpose'],
  };
}

function inContext(request: LlmRequest): LlmRequest {
  return { ...request, purpose: request.purpose ?? currentPurpose(), activity: currentActivity() };
}

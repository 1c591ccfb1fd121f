// `llm`: what an application tells of LLM calls that no instrumentation sees, in the same series as those that one does.
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
import { ask, isFunction, wrapFor } from '../record.ts';
import { endOf, type LlmAnswer } from './answer.ts';
import { spending } from './spending.ts';

/** A call, as it is made. */
export interface LlmCallInput {
  /** Provider, by its name in the conventions where it has one, such as `openai`, `aws.bedrock` or `gcp.gemini`. */
  readonly provider: string;
  /** Model that is asked for. */
  readonly model?: string | undefined;
  /** `chat` unless said. */
  readonly operation?: LlmOperation | undefined;
  /** Unless said, that of `withPurpose`. */
  readonly purpose?: string | undefined;
  readonly host?: string | undefined;
}

export interface LlmCallOptions<Value> {
  /** What a result tells of the call. */
  readonly answerOf?: ((result: Value) => LlmAnswer | undefined) | undefined;
}

/** A call whose answer comes in parts. The first end counts. */
export interface OpenLlmCall {
  /** A part of the output came, by this model if that is known. */
  chunk(model?: string): void;
  /** The answer is complete. */
  end(answer?: LlmAnswer): void;
  /** It failed before there was an answer, or in the middle of it. */
  fail(error: unknown, answer?: LlmAnswer): void;
  /** It was given up. */
  abort(answer?: LlmAnswer): void;
}

/** `llm` for one kind of call. */
export type BoundLlm = ReturnType<Llm['bind']>;

export type Llm = ReturnType<typeof callsOf> & typeof spending;

const wordsOf = attributesFrom(
  {
    provider: genAiProviderName,
    model: genAiRequestModel,
    operation: genAiOperationName,
    purpose: llmPurpose,
    host: serverAddress,
  },
  { required: ['provider'], example: "{ provider: 'openai', model: 'gpt-5', operation: 'chat' }" },
);

/** Makes `llm`; names and prices are those that are told when the first call begins. */
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
        const answer = errorType === undefined ? ask(llmTokens, options?.answerOf, result) : undefined;
        call.end({ ...ask(llmTokens, endOf, answer), errorType });
        context.markCounted();
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
    const cutOff = (errorType: string, answer: LlmAnswer | undefined): void =>
      call.end({ ...ask(llmTokens, endOf, answer), errorType, isStream: hasOutput, isCutOff: hasOutput });
    return {
      chunk(model) {
        hasOutput = true;
        call.chunk(model);
      },
      end: (answer) => call.end({ ...ask(llmTokens, endOf, answer), isStream: hasOutput }),
      fail: (error, answer) => cutOff(errorTypeOf(error), answer),
      abort: (answer) => cutOff(ABORTED, answer),
    };
  }

  return {
    /**
     * Makes a call, synchronous or not, and hands on its result or error, as `createTracker` does. Records what instrumentations
     * record of a call: its seconds with `error.type`, and, as far as `answerOf` tells them, tokens, cost, and why the model
     * stopped. A call that an instrumentation sees as well, as it does where fetch is used, is counted by that one alone.
     *
     * @throws what the function throws
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
     * A function that does what the given one does and looks like it, tracked at every call.
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
     * Begins a call whose answer comes in parts: the time to the first, the time from one to the next, and output tokens per second
     * are recorded as well. It has to be ended, and is counted in `llm.active` until then.
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
     * The same for one kind of call.
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
  const words = wordsOf(call, genAiClientOperationDuration);
  return {
    operation: words['gen_ai.operation.name'] ?? 'chat',
    provider: words['gen_ai.provider.name'] ?? OTHER,
    model: words['gen_ai.request.model'],
    serverAddress: words['server.address'],
    purpose: words['llm.purpose'],
  };
}

function inContext(request: LlmRequest): LlmRequest {
  return { ...request, purpose: request.purpose ?? currentPurpose(), activity: currentActivity() };
}

// `tools`: the API for tools that an application executes for its models, in the same series as those that libraries execute.
import { genAiToolName } from '../catalog/llm-attributes.ts';
import { genAiExecuteToolDuration } from '../catalog/tools.ts';
import { timeOperation } from '../core/operation.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import { ToolCalls } from '../recorders/tools/calls.ts';
import { attributesFrom } from './named-attributes.ts';
import { callSafely, isFunction, wrapFor } from './record.ts';

/** A tool, by its name; past 200 names, further ones are `_OTHER`. */
export interface Tool {
  readonly tool: string;
}

export interface ToolOptions<Value> {
  /**
   * The `error.type` of a result that is an error, which a tool may return to the model rather than throw; undefined if it is
   * none.
   */
  readonly errorOf?: ((result: Value) => string | undefined) | undefined;
}

const attributesOf = attributesFrom({ tool: genAiToolName }, { required: ['tool'], example: "{ tool: 'search' }" });

/** `tools` for one tool. */
export type BoundTool = ReturnType<typeof bind>;

/** Records tool calls. Methods throw nothing but the errors of tracked functions. */
export const tools = {
  /**
   * Executes a tool, synchronous or not, and returns its result. Records its duration in seconds in
   * `gen_ai.execute_tool.duration` with `error.type`, and counts it in `tool.active` while it runs. Within `agents.invoke` it has
   * the name of the agent, and counts in `gen_ai.invoke_agent.tool_calls`.
   *
   * @throws the error of the function
   * @example
   * ```js
   * const found = await tools.track({ tool: 'look-up' }, () => store.get('ada'), {
   *   errorOf: (result) => (result === undefined ? 'not_found' : undefined),
   * });
   * // gen_ai.execute_tool.duration{gen_ai.tool.name="look-up"} 1
   * ```
   */
  track<Result>(tool: Tool, run: () => Result, options?: ToolOptions<Awaited<Result>>): Result {
    return trackCall(nameOf(tool), run, options);
  },

  /**
   * Wraps a function to track every call. The wrapper keeps its name and length, and passes `this` on.
   *
   * @example
   * ```js
   * const find = tools.wrap({ tool: 'find' }, (id) => store.get(id));
   * await find('ada');
   * // gen_ai.execute_tool.duration{gen_ai.tool.name="find"} 1
   * ```
   */
  wrap<Arguments extends unknown[], Result, This>(
    tool: Tool,
    run: (this: This, ...values: Arguments) => Result,
    options?: ToolOptions<Awaited<Result>>,
  ): (this: This, ...values: Arguments) => Result {
    return wrapCall(nameOf(tool), run, options);
  },

  /**
   * The same methods for one tool.
   *
   * @example
   * ```js
   * const split = tools.bind({ tool: 'split' });
   * split.track(() => parse(feed));
   * // gen_ai.execute_tool.duration{gen_ai.tool.name="split"} 1
   * ```
   */
  bind,
} as const;

function bind(tool: Tool) {
  const name = nameOf(tool);
  return {
    track: <Result>(run: () => Result, options?: ToolOptions<Awaited<Result>>): Result => trackCall(name, run, options),
    wrap: <Arguments extends unknown[], Result, This>(
      run: (this: This, ...values: Arguments) => Result,
      options?: ToolOptions<Awaited<Result>>,
    ): ((this: This, ...values: Arguments) => Result) => wrapCall(name, run, options),
  };
}

function nameOf(tool: Tool): string | undefined {
  return attributesOf(tool, genAiExecuteToolDuration)['gen_ai.tool.name'];
}

let toolCalls: ToolCalls | undefined;

function trackCall<Result>(
  name: string | undefined,
  run: () => Result,
  options: ToolOptions<Awaited<Result>> | undefined,
): Result {
  if (!isFunction(genAiExecuteToolDuration, run)) return run();
  const call = (toolCalls ??= new ToolCalls(sharedRegistry())).begin(name);
  return timeOperation(run, ({ errorType }, result) => {
    call.end(errorType ?? callSafely(genAiExecuteToolDuration, options?.errorOf, result));
  });
}

function wrapCall<Arguments extends unknown[], Result, This>(
  name: string | undefined,
  run: (this: This, ...values: Arguments) => Result,
  options: ToolOptions<Awaited<Result>> | undefined,
): (this: This, ...values: Arguments) => Result {
  return wrapFor(genAiExecuteToolDuration, run, (call) => trackCall(name, call, options));
}

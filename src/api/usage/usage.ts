// `usage`: how many API keys and users are active, without keeping who they are, and what tasks cost.
import { usageTaskType } from '../../catalog/agent-attributes.ts';
import { usageApiKeysActive, usageTaskCost, usageUsersActive } from '../../catalog/usage.ts';
import type { AttributesOf } from '../../core/metric.ts';
import { timeOperation } from '../../core/operation.ts';
import { sharedRegistry } from '../../core/recording/shared-registry.ts';
import { Activity } from '../../recorders/agents/activity.ts';
import { attributesFrom } from '../named-attributes.ts';
import { instrumentOf, isFunction, seriesOf, wrapFor } from '../record.ts';
import { ActiveIds, type Windows } from './active-ids.ts';

/** A kind of task, such as `summary`; never one task. */
export interface UsageTask {
  readonly task?: string | undefined;
}

type TaskAttributes = AttributesOf<typeof usageTaskCost>;

const attributesOf = attributesFrom({ task: usageTaskType }, { required: [], example: "{ task: 'summary' }" });

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

const DEFAULT_WINDOWS = windowsOf(['1h', '1d', '30d']);

/** Each is a map of up to 10,000 hashes. */
const MOST_WINDOWS = 5;

const apiKeys = new ActiveIds(usageApiKeysActive, DEFAULT_WINDOWS);
const users = new ActiveIds(usageUsersActive, DEFAULT_WINDOWS);

/** `usage` for one kind of task. */
export type BoundUsage = ReturnType<typeof bind>;

/** Tells of usage. Nothing of it throws but what a function that is tracked throws. */
export const usage = {
  /**
   * An API key was used: it is one of `usage.api_keys.active` for the last hour, day and 30 days, or the windows that were told.
   * Exact up to 10,000 keys in a window, and within 1.4 % (standard error) beyond. The key itself is not kept, nor what could be
   * turned back into it. Each process counts those that it saw since it began; of several processes, the highest count is shown.
   *
   * @example
   * ```js
   * for (const key of ['k-1', 'k-2', 'k-1']) usage.apiKey(key);
   * // usage.api_keys.active{usage.window="1h"} 2
   * ```
   */
  apiKey(key: string | number): void {
    apiKeys.see(key);
  },

  /**
   * A user did something: `usage.users.active`, counted as API keys are.
   *
   * @example
   * ```js
   * usage.user('ada');
   * // usage.users.active{usage.window="1d"} 1
   * ```
   */
  user(id: string | number): void {
    users.see(id);
  },

  /**
   * Sets the windows in which keys and users are active, in minutes, hours and days, five at most; counting begins anew.
   *
   * @example
   * ```js
   * usage.windows(['1d', '7d']);
   * usage.user('ada');
   * // usage.users.active{usage.window="7d"} 1
   * ```
   */
  windows(names: readonly string[]): void {
    const windows = usableWindows(names);
    if (windows === undefined) return;
    for (const active of [apiKeys, users]) active.look(windows);
  },

  /**
   * Runs a task, synchronous or not, and hands on its result or error. What the LLM calls beneath it cost, through promises and
   * callbacks, is recorded in `usage.task.cost`, in USD; of a task without a call whose price is known, nothing is. Calls that have
   * begun before its end and end within a second after it count.
   *
   * @throws what the function throws
   * @example
   * ```js
   * const call = { provider: 'openai', model: 'gpt-4o' };
   * const answerOf = () => ({ usage: { input: 1000, output: 200 } });
   * await usage.task({ task: 'summary' }, () => llm.track(call, () => client.execute(), { answerOf }));
   * // usage.task.cost{usage.task.type="summary"} 1
   * ```
   */
  task<Result>(task: UsageTask, run: () => Result): Result {
    return runTask(attributesOf(task, usageTaskCost), run);
  },

  /**
   * A function that does what the given one does and looks like it, a task at every call.
   *
   * @example
   * ```js
   * const greet = usage.wrap({ task: 'greeting' }, sendMail);
   * await greet('ada');
   * ```
   */
  wrap<Arguments extends unknown[], Result, This>(
    task: UsageTask,
    run: (this: This, ...values: Arguments) => Result,
  ): (this: This, ...values: Arguments) => Result {
    return wrapTask(attributesOf(task, usageTaskCost), run);
  },

  /**
   * Records what a task cost, in USD, in `usage.task.cost`.
   *
   * @example
   * ```js
   * usage.taskCost({ task: 'import' }, 0.042);
   * // usage.task.cost{usage.task.type="import"} 1
   * ```
   */
  taskCost(task: UsageTask, usd: number): void {
    instrumentOf(usageTaskCost).record(usd, attributesOf(task, usageTaskCost));
  },

  /**
   * The same for one kind of task, its series looked up once.
   *
   * @example
   * ```js
   * const review = usage.bind({ task: 'review' });
   * review.taskCost(0.25);
   * // usage.task.cost{usage.task.type="review"} 1
   * ```
   */
  bind,
} as const;

function bind(task: UsageTask) {
  const attributes = attributesOf(task, usageTaskCost);
  const cost = seriesOf(usageTaskCost, attributes);
  return {
    task: <Result>(run: () => Result): Result => runTask(attributes, run),
    wrap: <Arguments extends unknown[], Result, This>(
      run: (this: This, ...values: Arguments) => Result,
    ): ((this: This, ...values: Arguments) => Result) => wrapTask(attributes, run),
    taskCost: (usd: number): void => cost().record(usd),
  };
}

function runTask<Result>(attributes: TaskAttributes, run: () => Result): Result {
  if (!isFunction(usageTaskCost, run)) return run();
  const activity = new Activity();
  return timeOperation(
    () => activity.run(run),
    () =>
      activity.end(() => {
        if (activity.costUsd !== undefined) instrumentOf(usageTaskCost).record(activity.costUsd, attributes);
      }),
  );
}

function wrapTask<Arguments extends unknown[], Result, This>(
  attributes: TaskAttributes,
  run: (this: This, ...values: Arguments) => Result,
): (this: This, ...values: Arguments) => Result {
  return wrapFor(usageTaskCost, run, (call) => runTask(attributes, call));
}

function usableWindows(names: readonly string[]): Windows | undefined {
  const windows = Array.isArray(names) ? windowsOf(names) : new Map<string, number>();
  if (windows.size > 0 && windows.size <= MOST_WINDOWS && windows.size === names.length) return windows;
  const accepted = `accepted are one to ${MOST_WINDOWS} of minutes, hours or days, such as ['15m', '1h', '30d']`;
  sharedRegistry().report('usage.windows', `stay as they are: ${accepted}`);
  return undefined;
}

/** Those that can be read. */
function windowsOf(names: readonly unknown[]): Windows {
  const readable = names.map((name) => /^([1-9]\d{0,3})([mhd])$/.exec(String(name))).filter((found) => found !== null);
  return new Map(readable.map(([name, count, unit]) => [name, Number(count) * UNIT_SECONDS[unit!]! * 1000]));
}

// `usage`: the API for active API keys and users, which are counted without being stored, and for the cost of tasks.
import { usageTaskType } from '../../catalog/agent-attributes.ts';
import { usageApiKeysActive, usageTaskCost, usageUsersActive } from '../../catalog/usage.ts';
import type { AttributesOf } from '../../core/metric.ts';
import { timeOperation } from '../../core/operation.ts';
import { sharedRegistry } from '../../core/recording/shared-registry.ts';
import { Activity } from '../../recorders/agents/activity.ts';
import { attributesFrom } from '../named-attributes.ts';
import { instrumentOf, isFunction, seriesOf, wrapFor } from '../record.ts';
import { ActiveIds, type Windows } from './active-ids.ts';

/** A kind of task, such as `summary`; never the id of a single task, since each would create a series. */
export interface UsageTask {
  readonly task?: string | undefined;
}

type TaskAttributes = AttributesOf<typeof usageTaskCost>;

const attributesOf = attributesFrom({ task: usageTaskType }, { required: [], example: "{ task: 'summary' }" });

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

const DEFAULT_WINDOWS = windowsOf(['1h', '1d', '30d']);

/** Each window is a map of up to 10,000 hashes. */
const MOST_WINDOWS = 5;

const apiKeys = new ActiveIds(usageApiKeysActive, DEFAULT_WINDOWS);
const users = new ActiveIds(usageUsersActive, DEFAULT_WINDOWS);

/** `usage` for one kind of task. */
export type BoundUsage = ReturnType<typeof bind>;

/** Records usage. Methods throw nothing but the errors of tracked functions. */
export const usage = {
  /**
   * Counts an API key as active in `usage.api_keys.active`, within the last hour, day and 30 days, or the windows that were set.
   * The count is exact up to 10,000 keys in a window, with a standard error of 1.4 % beyond. The key itself is not stored, only a
   * hash that cannot be reversed. Each process counts the keys that it saw since its start; of several processes, the highest
   * count is shown.
   *
   * @example
   * ```js
   * for (const key of ['k-1', 'k-2', 'k-1']) usage.apiKey(key);
   * // usage.api_keys.active{usage.window="1h"} 2
   * ```
   */
  apiKey(key: string | number): void {
    apiKeys.add(key);
  },

  /**
   * Counts a user as active in `usage.users.active`, as `apiKey` does.
   *
   * @example
   * ```js
   * usage.user('ada');
   * // usage.users.active{usage.window="1d"} 1
   * ```
   */
  user(id: string | number): void {
    users.add(id);
  },

  /**
   * Sets the windows in which keys and users count as active, at most five, each in minutes, hours or days; all counts begin
   * anew.
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
    for (const active of [apiKeys, users]) active.setWindows(windows);
  },

  /**
   * Runs a task, synchronous or not, and returns its result. Records the cost of the LLM calls within it, through promises and
   * callbacks, in USD in `usage.task.cost`; nothing if the price of none of them is known. Calls that begin before its end and
   * end within a second after it count.
   *
   * @throws the error of the function
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
   * Wraps a function to run every call as a task. The wrapper keeps its name and length, and passes `this` on.
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
   * Records the cost of a task, in USD, in `usage.task.cost`.
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
   * The same methods for one kind of task; the series are looked up once.
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

/** The windows whose names are valid. */
function windowsOf(names: readonly unknown[]): Windows {
  const readable = names.map((name) => /^([1-9]\d{0,3})([mhd])$/.exec(String(name))).filter((found) => found !== null);
  return new Map(readable.map(([name, count, unit]) => [name, Number(count) * UNIT_SECONDS[unit!]! * 1000]));
}

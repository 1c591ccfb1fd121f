// The part of `agents` for plans and tasks: duration of planning, tasks by outcome, and efficiency of coordination.
import { agentGoalType, type AgentOutcome, agentTaskType } from '../../catalog/agent-attributes.ts';
import { agentCoordinationEfficiency, agentPlanDuration, agentTasks } from '../../catalog/agents.ts';
import type { AttributesOf } from '../../core/metric.ts';
import type { OperationEnd } from '../../core/operation.ts';
import { attributesFrom } from '../named-attributes.ts';
import { instrumentOf, seriesOf, timeFor } from '../record.ts';

/** A kind of goal, such as `refactoring`; never the text of a goal, since each would create a series. */
export interface Goal {
  readonly goal?: string | undefined;
}

/** A kind of task, such as `review`. */
export interface AgentTask {
  readonly task?: string | undefined;
}

const goalOf = attributesFrom({ goal: agentGoalType }, { required: [], example: "{ goal: 'refactoring' }" });
const taskOf = attributesFrom({ task: agentTaskType }, { required: [], example: "{ task: 'review' }" });

/** `agents` for one kind of task, and the kind of goal that is planned for. */
export type BoundAgentTask = ReturnType<typeof bindTask>;

export const tasks = {
  /**
   * Runs what plans for a goal, synchronous or not, and returns its result. Records its duration in seconds in
   * `agent.plan.duration`, by outcome and `error.type`.
   *
   * @throws the error of the function
   * @example
   * ```js
   * const steps = agents.plan({ goal: 'refactoring' }, () => parse(feed));
   * // agent.plan.duration{agent.goal.type="refactoring", agent.outcome="success"} 1
   * ```
   */
  plan<Result>(goal: Goal, run: () => Result): Result {
    return planFor(goalOf(goal, agentPlanDuration), run);
  },

  /**
   * Runs a task, synchronous or not, and returns its result. Counts it in `agent.tasks`, as a failure if it throws or rejects.
   *
   * @throws the error of the function
   * @example
   * ```js
   * await agents.task({ task: 'review' }, () => sendMail('ada'));
   * // agent.tasks{agent.task.type="review", agent.outcome="success"} 1
   * ```
   */
  task<Result>(task: AgentTask, run: () => Result): Result {
    return runTask(taskOf(task, agentTasks), run);
  },

  /**
   * Counts tasks that ended, by outcome, in `agent.tasks`.
   *
   * @example
   * ```js
   * agents.taskEnded({ task: 'build' }, 'failure', 2);
   * // agent.tasks{agent.task.type="build", agent.outcome="failure"} 2
   * ```
   */
  taskEnded(task: AgentTask, outcome: AgentOutcome, count = 1): void {
    instrumentOf(agentTasks).add(count, { ...taskOf(task, agentTasks), 'agent.outcome': outcome });
  },

  /**
   * Sets the share of the agents' work that a task needed, from 0 to 1, in `agent.coordination.efficiency`.
   *
   * @example
   * ```js
   * agents.coordinated({ task: 'release' }, 0.8);
   * // agent.coordination.efficiency{agent.task.type="release"}
   * ```
   */
  coordinated(task: AgentTask, efficiency: number): void {
    instrumentOf(agentCoordinationEfficiency).set(efficiency, taskOf(task, agentCoordinationEfficiency));
  },

  /**
   * The same methods for one kind of task, and the kind of goal that is planned for; the series are looked up once.
   *
   * @example
   * ```js
   * const migration = agents.bindTask({ task: 'migration', goal: 'newer' });
   * await migration.task(() => migration.plan(() => parse(feed)));
   * // agent.plan.duration{agent.goal.type="newer", agent.outcome="success"} 1
   * // agent.tasks{agent.task.type="migration", agent.outcome="success"} 1
   * ```
   */
  bindTask,
} as const;

function bindTask(kind: AgentTask & Goal) {
  const goal = goalOf(kind, agentPlanDuration);
  const attributes = taskOf(kind, agentTasks);
  const success = seriesOf(agentTasks, { ...attributes, 'agent.outcome': 'success' });
  const failure = seriesOf(agentTasks, { ...attributes, 'agent.outcome': 'failure' });
  const efficiencies = seriesOf(agentCoordinationEfficiency, attributes);
  return {
    plan: <Result>(run: () => Result): Result => planFor(goal, run),
    task: <Result>(run: () => Result): Result => runTask(attributes, run),
    taskEnded: (outcome: AgentOutcome, count = 1): void => (outcome === 'failure' ? failure() : success()).add(count),
    coordinated: (efficiency: number): void => efficiencies().set(efficiency),
  };
}

function planFor<Result>(attributes: AttributesOf<typeof agentPlanDuration>, run: () => Result): Result {
  return timeFor(agentPlanDuration, run, (end) => {
    const ended = { ...attributes, 'agent.outcome': outcomeOf(end), 'error.type': end.errorType };
    instrumentOf(agentPlanDuration).record(end.durationSeconds, ended);
  });
}

function runTask<Result>(attributes: AttributesOf<typeof agentTasks>, run: () => Result): Result {
  return timeFor(agentTasks, run, (end) => instrumentOf(agentTasks).add(1, { ...attributes, 'agent.outcome': outcomeOf(end) }));
}

function outcomeOf({ errorType }: OperationEnd): AgentOutcome {
  return errorType === undefined ? 'success' : 'failure';
}

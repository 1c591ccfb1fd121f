// `agents`: the API for agents: their invocations and workflows, plans and tasks, scores, and memory.
import { genAiWorkflowName } from '../../catalog/agent-attributes.ts';
import { genAiInvokeAgentDuration, genAiInvokeWorkflowDuration } from '../../catalog/agents.ts';
import { genAiAgentName } from '../../catalog/llm-attributes.ts';
import { timeOperation } from '../../core/operation.ts';
import { sharedRegistry } from '../../core/recording/shared-registry.ts';
import { AgentRuns } from '../../recorders/agents/runs.ts';
import { attributesFrom } from '../named-attributes.ts';
import { instrumentOf, isFunction, timeFor, wrapFor } from '../record.ts';
import { memory } from './memory.ts';
import { type Agent, bindScores, scores } from './scores.ts';
import { tasks } from './tasks.ts';

/** A workflow of several steps or agents, by its name. */
export interface Workflow {
  readonly workflow: string;
}

const nameOf = attributesFrom({ agent: genAiAgentName }, { required: ['agent'], example: "{ agent: 'planner' }" });
const workflowOf = attributesFrom(
  { workflow: genAiWorkflowName },
  { required: ['workflow'], example: "{ workflow: 'release' }" },
);

/** `agents` for one agent. */
export type BoundAgent = ReturnType<typeof bind>;

/** Records agents. Methods throw nothing but the errors of tracked functions. */
export const agents = {
  ...scores,
  ...tasks,

  /** Records the memory of agents: operations, retrievals, size and patterns. */
  memory,

  /**
   * Runs an agent, synchronous or not, and returns its result. Records its duration in seconds in `gen_ai.invoke_agent.duration`
   * with `error.type`, and the calls to models and tools within it, through promises and callbacks, in
   * `gen_ai.invoke_agent.inference_calls` and `gen_ai.invoke_agent.tool_calls`. The calls of an agent within it count for both.
   *
   * @throws the error of the function
   * @example
   * ```js
   * await agents.invoke({ agent: 'researcher' }, () => tools.track({ tool: 'search' }, () => store.get('ada')));
   * // gen_ai.invoke_agent.duration{gen_ai.agent.name="researcher"} 1
   * // gen_ai.invoke_agent.tool_calls{gen_ai.agent.name="researcher"} 1
   * // gen_ai.execute_tool.duration{gen_ai.agent.name="researcher", gen_ai.tool.name="search"} 1
   * ```
   */
  invoke<Result>(agent: Agent, run: () => Result): Result {
    return invokeAgent(nameOf(agent, genAiInvokeAgentDuration)['gen_ai.agent.name'], run);
  },

  /**
   * Wraps a function to run every call as an agent. The wrapper keeps its name and length, and passes `this` on.
   *
   * @example
   * ```js
   * const summarise = agents.wrap({ agent: 'summariser' }, (text) => parse(text).slice(0, 1));
   * summarise(feed);
   * // gen_ai.invoke_agent.duration{gen_ai.agent.name="summariser"} 1
   * ```
   */
  wrap<Arguments extends unknown[], Result, This>(
    agent: Agent,
    run: (this: This, ...values: Arguments) => Result,
  ): (this: This, ...values: Arguments) => Result {
    return wrapAgent(nameOf(agent, genAiInvokeAgentDuration)['gen_ai.agent.name'], run);
  },

  /**
   * Runs a workflow, synchronous or not, and returns its result. Records its duration in seconds in
   * `gen_ai.invoke_workflow.duration` with `error.type`.
   *
   * @throws the error of the function
   * @example
   * ```js
   * await agents.workflow({ workflow: 'release' }, () => agents.invoke({ agent: 'writer' }, () => sendMail('ada')));
   * // gen_ai.invoke_workflow.duration{gen_ai.workflow.name="release"} 1
   * ```
   */
  workflow<Result>(workflow: Workflow, run: () => Result): Result {
    const attributes = workflowOf(workflow, genAiInvokeWorkflowDuration);
    return timeFor(genAiInvokeWorkflowDuration, run, ({ durationSeconds, errorType }) =>
      instrumentOf(genAiInvokeWorkflowDuration).record(durationSeconds, { ...attributes, 'error.type': errorType }),
    );
  },

  /**
   * The same methods for one agent.
   *
   * @example
   * ```js
   * const reviewer = agents.bind({ agent: 'reviewer' });
   * await reviewer.invoke(() => sendMail('ada'));
   * reviewer.score('truth', 0.97);
   * reviewer.verified('success');
   * // gen_ai.invoke_agent.duration{gen_ai.agent.name="reviewer"} 1
   * // agent.score{agent.id="reviewer", score.name="truth"} 1
   * // agent.verifications{agent.id="reviewer", agent.outcome="success"} 1
   * ```
   */
  bind,
} as const;

function bind(agent: Agent) {
  const name = nameOf(agent, genAiInvokeAgentDuration)['gen_ai.agent.name'];
  return {
    ...bindScores(agent),
    invoke: <Result>(run: () => Result): Result => invokeAgent(name, run),
    wrap: <Arguments extends unknown[], Result, This>(
      run: (this: This, ...values: Arguments) => Result,
    ): ((this: This, ...values: Arguments) => Result) => wrapAgent(name, run),
  };
}

let agentRuns: AgentRuns | undefined;

function invokeAgent<Result>(name: string | undefined, run: () => Result): Result {
  if (!isFunction(genAiInvokeAgentDuration, run)) return run();
  const invocation = (agentRuns ??= new AgentRuns(sharedRegistry())).begin(name);
  return timeOperation(
    () => invocation.run(run),
    ({ errorType }) => invocation.end(errorType),
  );
}

function wrapAgent<Arguments extends unknown[], Result, This>(
  name: string | undefined,
  run: (this: This, ...values: Arguments) => Result,
): (this: This, ...values: Arguments) => Result {
  return wrapFor(genAiInvokeAgentDuration, run, (call) => invokeAgent(name, call));
}

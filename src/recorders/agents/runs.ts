// Records invocations of agents, for libraries and for the API: duration, LLM calls and tool calls of each.
import { genAiInvokeAgentDuration, genAiInvokeAgentInferenceCalls, genAiInvokeAgentToolCalls } from '../../catalog/agents.ts';
import { nowMillis } from '../../core/clock.ts';
import type { Registry } from '../../core/recording/registry.ts';
import { Activity } from './activity.ts';

export const agentRunMetrics = [genAiInvokeAgentDuration, genAiInvokeAgentInferenceCalls, genAiInvokeAgentToolCalls] as const;

export class AgentRuns {
  readonly #duration;
  readonly #inferenceCalls;
  readonly #toolCalls;

  constructor(registry: Registry) {
    this.#duration = registry.instrument(genAiInvokeAgentDuration);
    this.#inferenceCalls = registry.instrument(genAiInvokeAgentInferenceCalls);
    this.#toolCalls = registry.instrument(genAiInvokeAgentToolCalls);
  }

  begin(agent: string | undefined): AgentRun {
    return new AgentRun(this, agent);
  }

  record({ agent, inferenceCalls, toolCalls }: Activity, durationSeconds: number, errorType: string | undefined): void {
    const attributes = { 'gen_ai.agent.name': agent };
    this.#duration.record(durationSeconds, { ...attributes, 'error.type': errorType });
    this.#inferenceCalls.record(inferenceCalls, attributes);
    this.#toolCalls.record(toolCalls, attributes);
  }
}

export class AgentRun {
  readonly #runs: AgentRuns;
  readonly #activity: Activity;
  readonly #startMillis = nowMillis();

  constructor(runs: AgentRuns, agent: string | undefined) {
    this.#runs = runs;
    this.#activity = new Activity(agent);
  }

  /** Runs a part of it: its calls count for this invocation. */
  run<Result>(part: () => Result): Result {
    return this.#activity.run(part);
  }

  /** Ends it; the error type says why it failed. */
  end(errorType?: string): void {
    this.#activity.end();
    this.#runs.record(this.#activity, (nowMillis() - this.#startMillis) / 1000, errorType);
  }
}

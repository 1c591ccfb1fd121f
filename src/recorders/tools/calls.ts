// Tool calls: what the libraries that execute tools, and the `tools` helper, record of each from its begin to its end.
import { genAiExecuteToolDuration, toolActive } from '../../catalog/tools.ts';
import { nowMillis } from '../../core/clock.ts';
import type { UpDownCounterCell } from '../../core/recording/cell.ts';
import type { Registry } from '../../core/recording/registry.ts';
import { type Activity, currentActivity } from '../agents/activity.ts';

export class ToolCalls {
  readonly #duration;
  readonly #active;
  readonly #open = new Set<ToolCall>();

  constructor(registry: Registry) {
    this.#duration = registry.instrument(genAiExecuteToolDuration);
    this.#active = registry.instrument(toolActive);
  }

  /**
   * A call that is under way, since now or since when it is said. It counts for the agent beneath whose work it begins, unless
   * whoever tells of it later has kept that.
   */
  begin(tool: string | undefined, startMillis = nowMillis(), activity = currentActivity()): ToolCall {
    activity?.calledTool();
    const call = new ToolCall(this, tool, this.#active.bind({ 'gen_ai.tool.name': tool }), startMillis, activity);
    this.#open.add(call);
    return call;
  }

  /** Takes a call off what is under way; false if it was taken off before. */
  close(call: ToolCall): boolean {
    return this.#open.delete(call);
  }

  record(durationSeconds: number, tool: string | undefined, agent: string | undefined, errorType: string | undefined): void {
    this.#duration.record(durationSeconds, {
      'gen_ai.tool.name': tool,
      'gen_ai.agent.name': agent,
      'error.type': errorType,
    });
  }

  /** Lets go of what is under way: nothing will tell of its end. */
  stop(): void {
    for (const call of this.#open) call.forget();
  }
}

export class ToolCall {
  readonly #calls: ToolCalls;
  readonly #tool: string | undefined;
  readonly #agent: string | undefined;
  readonly #active: UpDownCounterCell;
  readonly #startMillis: number;

  constructor(
    calls: ToolCalls,
    tool: string | undefined,
    active: UpDownCounterCell,
    startMillis: number,
    activity: Activity | undefined,
  ) {
    this.#calls = calls;
    this.#tool = tool;
    this.#agent = activity?.agent;
    this.#active = active;
    this.#startMillis = startMillis;
    active.add(1);
  }

  /** Records how it ended, the first time; why it failed, unless it did not. */
  end(errorType?: string, endMillis = nowMillis()): void {
    if (!this.#takeOff()) return;
    this.#calls.record((endMillis - this.#startMillis) / 1000, this.#tool, this.#agent, errorType);
  }

  /** Takes it off what is under way and records nothing. */
  forget(): void {
    this.#takeOff();
  }

  #takeOff(): boolean {
    const wasOpen = this.#calls.close(this);
    if (wasOpen) this.#active.add(-1);
    return wasOpen;
  }
}

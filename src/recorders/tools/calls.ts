// Records tool calls, for libraries and for the API: `tool.active` until each ends, then its duration with `error.type`.
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
   * Begins a call, now unless said, which is active until it ends. It counts for the current activity, unless a library that
   * reports the call later has kept the one in which it was made.
   */
  begin(tool: string | undefined, startMillis = nowMillis(), activity = currentActivity()): ToolCall {
    activity?.calledTool();
    const call = new ToolCall(this, tool, this.#active.bind({ 'gen_ai.tool.name': tool }), startMillis, activity);
    this.#open.add(call);
    return call;
  }

  /** Closes a call; false if it was closed before. */
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

  /** Ends all open calls without recording them: nothing will report their ends. */
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

  /** Records how the call ended, the first time; the error type is the reason if it failed. */
  end(errorType?: string, endMillis = nowMillis()): void {
    if (!this.#close()) return;
    this.#calls.record((endMillis - this.#startMillis) / 1000, this.#tool, this.#agent, errorType);
  }

  /** Ends the call without recording it. */
  forget(): void {
    this.#close();
  }

  #close(): boolean {
    const wasOpen = this.#calls.close(this);
    if (wasOpen) this.#active.add(-1);
    return wasOpen;
  }
}

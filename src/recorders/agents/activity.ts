// What the code that runs just now works on, an agent's invocation or a task, and what is counted beneath it.
import { contextOf } from '../../core/context.ts';

const activities = contextOf<Activity>('activity.1');

/** How long an activity that has ended waits for the calls beneath it: an answer may be read to its end a moment before it is told. */
const LATEST_MILLIS = 1000;

/** Counts what is done beneath it, that of the activities beneath it included, until it ends. */
export class Activity {
  /** Name of the agent that is at work. */
  readonly agent: string | undefined;
  inferenceCalls = 0;
  toolCalls = 0;
  /** USD that LLM calls cost; undefined while no price was known. */
  costUsd: number | undefined = undefined;
  #above: Activity | undefined;
  #isOver = false;
  /** Calls to models that began beneath it and are under way. */
  #callsOpen = 0;
  #settle: (() => void) | undefined;

  /** Begun beneath what runs just now; without a name it is work of the agent above it. */
  constructor(agent?: string) {
    this.#above = currentActivity();
    this.#above?.parent();
    this.agent = agent ?? this.#above?.agent;
  }

  /** Runs a function, and whatever it starts, as a part of it. */
  run<Result>(run: () => Result): Result {
    return activities.run(this, run);
  }

  /** A call to a model begins beneath it; `isInference` if the model is to answer, rather than to embed. */
  callModel(isInference: boolean): ModelCallHandle {
    const open = [...this.#open()];
    for (const activity of open) activity.#beginCall(isInference);
    return {
      end: (costUsd) => {
        for (const activity of open) activity.#endCall(costUsd);
      },
      withdraw: () => {
        for (const activity of open) activity.#withdrawCall(isInference);
      },
    };
  }

  calledTool(): void {
    for (const activity of this.#open()) activity.toolCalls += 1;
  }

  /**
   * What begins from now on is of those above it. `settled` is called once all calls that began before have ended, or a second has
   * passed.
   */
  end(settled?: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (settled === undefined) return;
    if (this.#callsOpen === 0) return settled();
    const overdue = setTimeout(() => this.#settle?.(), LATEST_MILLIS).unref();
    this.#settle = () => {
      this.#settle = undefined;
      clearTimeout(overdue);
      settled();
    };
  }

  /** The nearest that has not ended, itself or one above. */
  nearestOpen(): Activity | undefined {
    return this.#isOver ? this.parent() : this;
  }

  /** The nearest above it that has not ended; those between are let go of, so that work begun by work keeps no endless chain. */
  parent(): Activity | undefined {
    this.#above = this.#above?.nearestOpen();
    return this.#above;
  }

  #beginCall(isInference: boolean): void {
    this.#callsOpen += 1;
    if (isInference) this.inferenceCalls += 1;
  }

  #endCall(costUsd: number | undefined): void {
    if (costUsd !== undefined) this.costUsd = (this.costUsd ?? 0) + costUsd;
    this.#callsOpen -= 1;
    if (this.#callsOpen === 0) this.#settle?.();
  }

  #withdrawCall(isInference: boolean): void {
    if (isInference) this.inferenceCalls -= 1;
    this.#endCall(undefined);
  }

  *#open(): Generator<Activity> {
    let activity = this.nearestOpen();
    while (activity !== undefined) {
      yield activity;
      activity = activity.parent();
    }
  }
}

/** A call to a model, as the activities above it know it. It is ended or withdrawn once. */
export interface ModelCallHandle {
  /** What it cost, in USD, if that is known. */
  end(costUsd: number | undefined): void;
  /** It is counted elsewhere, or not at all. */
  withdraw(): void;
}

/** The innermost activity of what runs just now that has not ended; undefined if there is none. */
export function currentActivity(): Activity | undefined {
  return activities.current()?.nearestOpen();
}

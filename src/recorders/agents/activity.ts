// The activity that the running code is a part of, an agent's invocation or a task, kept in async context with its counts.
import { contextOf } from '../../core/context.ts';

// The current activity may be of another copy or version of promtel: only its public methods may be called, not `#` members.
const activities = contextOf<Activity>('activity.1');

/** How long an activity that has ended waits for its calls: the end of an answer may be reported a moment after it was read. */
const MOST_MILLIS = 1000;

/** Counts the calls that are made within it, those of the activities within it included, until it ends. */
export class Activity {
  /** Name of the agent. */
  readonly agent: string | undefined;
  inferenceCalls = 0;
  toolCalls = 0;
  /** Cost of its LLM calls in USD; undefined while no price was known. */
  costUsd: number | undefined = undefined;
  #parent: Activity | undefined;
  #isOver = false;
  /** Calls to models that began within it and are open. */
  #openCalls = 0;
  #settle: (() => void) | undefined;

  /** Begins within the current activity, and without a name of its own as work of the same agent. */
  constructor(agent?: string) {
    this.#parent = currentActivity();
    this.#parent?.aboveIt();
    this.agent = agent ?? this.#parent?.agent;
  }

  /** Runs a function, and all that it starts, as a part of it. */
  run<Result>(run: () => Result): Result {
    return activities.run(this, run);
  }

  /** A call to a model begins within it; `isInference` if the model is to answer, rather than to embed. */
  callModel(isInference: boolean): ModelCallHandle {
    const outer = this.aboveIt()?.callModel(isInference);
    if (this.#isOver) return outer ?? NO_CALL;
    this.#openCalls += 1;
    if (isInference) this.inferenceCalls += 1;
    return {
      end: (costUsd) => {
        this.#endCall(costUsd);
        outer?.end(costUsd);
      },
      withdraw: () => {
        if (isInference) this.inferenceCalls -= 1;
        this.#endCall(undefined);
        outer?.withdraw();
      },
    };
  }

  calledTool(): void {
    if (!this.#isOver) this.toolCalls += 1;
    this.aboveIt()?.calledTool();
  }

  /**
   * Ends it: what begins from now on is a part of its parent. `onSettled` is called when all calls that began before have ended,
   * or a second has passed.
   */
  end(onSettled?: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (onSettled === undefined) return;
    if (this.#openCalls === 0) return onSettled();
    const timeout = setTimeout(() => this.#settle?.(), MOST_MILLIS).unref();
    this.#settle = () => {
      this.#settle = undefined;
      clearTimeout(timeout);
      onSettled();
    };
  }

  /** This activity, or else its nearest parent, that has not ended. */
  nearestOpen(): Activity | undefined {
    return this.#isOver ? this.aboveIt() : this;
  }

  /**
   * Its nearest parent that has not ended; those between are unlinked, or activities that start others would make an endless
   * chain.
   */
  aboveIt(): Activity | undefined {
    this.#parent = this.#parent?.nearestOpen();
    return this.#parent;
  }

  #endCall(costUsd: number | undefined): void {
    if (costUsd !== undefined) this.costUsd = (this.costUsd ?? 0) + costUsd;
    this.#openCalls -= 1;
    if (this.#openCalls === 0) this.#settle?.();
  }
}

/** A call to a model that counts for its activities. It is ended or withdrawn once. */
export interface ModelCallHandle {
  /** Adds its cost in USD, if that is known. */
  end(costUsd: number | undefined): void;
  /** Takes it back: it is counted elsewhere, or not at all. */
  withdraw(): void;
}

const NO_CALL: ModelCallHandle = { end() {}, withdraw() {} };

/** The innermost activity of the running code that has not ended; undefined if there is none. */
export function currentActivity(): Activity | undefined {
  return activities.current()?.nearestOpen();
}

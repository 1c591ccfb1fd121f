// What the code that runs just now works on, an agent's invocation or a task, and what is counted beneath it.
import type { AsyncLocalStorage } from 'node:async_hooks';

const KEY = Symbol.for('promtel.activity.1');

interface Holder {
  /** Made when the first activity begins: before Node 24 it makes every promise of the process dearer. */
  [KEY]?: AsyncLocalStorage<Activity>;
}

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

  /** Begun beneath what runs just now; without a name it is work of the agent above it. */
  constructor(agent?: string) {
    this.#above = currentActivity();
    this.#above?.aboveIt();
    this.agent = agent ?? this.#above?.agent;
  }

  /** Runs a function, and whatever it starts, as a part of it. */
  run<Result>(run: () => Result): Result {
    const holder = globalThis as Holder;
    holder[KEY] ??= new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)<Activity>();
    return holder[KEY].run(this, run);
  }

  calledModel(): void {
    for (const activity of this.#open()) activity.inferenceCalls += 1;
  }

  calledTool(): void {
    for (const activity of this.#open()) activity.toolCalls += 1;
  }

  spent(usd: number): void {
    for (const activity of this.#open()) activity.costUsd = (activity.costUsd ?? 0) + usd;
  }

  /** What is counted from now on is of those above it. */
  end(): void {
    this.#isOver = true;
  }

  /** The nearest that has not ended, itself or one above. */
  nearestOpen(): Activity | undefined {
    return this.#isOver ? this.aboveIt() : this;
  }

  /** The nearest above it that has not ended; those between are let go of, so that work begun by work keeps no endless chain. */
  aboveIt(): Activity | undefined {
    this.#above = this.#above?.nearestOpen();
    return this.#above;
  }

  *#open(): Generator<Activity> {
    let activity = this.nearestOpen();
    while (activity !== undefined) {
      yield activity;
      activity = activity.aboveIt();
    }
  }
}

/** The innermost activity of what runs just now that has not ended; undefined if there is none. */
export function currentActivity(): Activity | undefined {
  return (globalThis as Holder)[KEY]?.getStore()?.nearestOpen();
}

// Which LLM call, as a client told of it, the code that runs just now makes: so that one that shows further below is counted once.
import { contextOf } from '../../core/context.ts';

const clientCalls = contextOf<ClientCall>('clientCall.1');

/** A call that a client tells of. It ends, or it is found to be counted below, as by the request that it sends. */
export class ClientCall {
  readonly #shown: () => void;
  readonly #group: string | undefined;
  #above: ClientCall | undefined;
  #isOver = false;

  /**
   * Begun beneath what runs just now; `shown` is called once, if it is counted below. Calls of a group are made beside each
   * other: what was entered for one of them still holds where the next one begins.
   */
  constructor(shown: () => void, group?: string) {
    this.#shown = shown;
    this.#group = group;
    const above = currentClientCall();
    this.#above = group === undefined ? above : above?.outOf(group);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Runs a function, and whatever it starts, as this call. */
  run<Result>(run: () => Result): Result {
    return clientCalls.run(this, run);
  }

  /** What runs next, and whatever it starts, is this call: for clients that tell of a call and then make it themselves. */
  enter(): void {
    clientCalls.enter(this);
  }

  /** From now on nothing is a part of it. */
  end(): void {
    this.#isOver = true;
  }

  /** It is counted below, and so is every call that it is a part of. */
  show(): void {
    const above = this.#parent();
    if (!this.#isOver) {
      this.#isOver = true;
      this.#shown();
    }
    above?.show();
  }

  /** The nearest that is not over, itself or one above. */
  nearestOpen(): ClientCall | undefined {
    return this.#isOver ? this.#parent() : this;
  }

  /** The nearest that is not of a group, itself or one above. */
  outOf(group: string): ClientCall | undefined {
    return this.#group === group ? this.#parent()?.outOf(group) : this;
  }

  /** Those between that are over are let go of: what was entered is never left, and would make an endless chain. */
  #parent(): ClientCall | undefined {
    this.#above = this.#above?.nearestOpen();
    return this.#above;
  }
}

/** Of what runs just now, the innermost call that is not over; undefined if no client has told of one. */
export function currentClientCall(): ClientCall | undefined {
  return clientCalls.current()?.nearestOpen();
}

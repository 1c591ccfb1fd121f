// The LLM call that a client is making, kept in async context: a call that a layer below counts as well is counted once.
import { contextOf } from '../../core/context.ts';

// The current call may be of another copy or version of promtel: only its public methods may be called, not `#` members.
const clientCalls = contextOf<ClientCall>('clientCall.1');

/** A call that a client reports. It ends, or a layer below counts it, such as the tap on the request that the client sends. */
export class ClientCall {
  readonly #onCounted: () => void;
  readonly #group: string | undefined;
  #parent: ClientCall | undefined;
  #isOver = false;

  /**
   * Begins a call within the current one; `onCounted` is called once, if a layer below counts it. Calls of one group are made
   * side by side: the context of one may still be entered when the next begins, which is no part of it.
   */
  constructor(onCounted: () => void, group?: string) {
    this.#onCounted = onCounted;
    this.#group = group;
    const current = currentClientCall();
    this.#parent = group === undefined ? current : current?.outOf(group);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Runs a function, and all that it starts, in the context of this call. */
  run<Result>(run: () => Result): Result {
    return clientCalls.run(this, run);
  }

  /** Enters the context of this call, for clients that report a call and then make it themselves. */
  enter(): void {
    clientCalls.enter(this);
  }

  /** Ends it: what begins from now on is no part of it. */
  end(): void {
    this.#isOver = true;
  }

  /** A layer below counts this call, and with it every call that it is a part of. */
  show(): void {
    const parent = this.#openParent();
    if (!this.#isOver) {
      this.#isOver = true;
      this.#onCounted();
    }
    parent?.show();
  }

  /** This call, or else its nearest parent, that is not over. */
  nearestOpen(): ClientCall | undefined {
    return this.#isOver ? this.#openParent() : this;
  }

  /** This call, or else its nearest parent, that is not of a group. */
  outOf(group: string): ClientCall | undefined {
    return this.#group === group ? this.#openParent()?.outOf(group) : this;
  }

  /** Parents that are over are unlinked: an entered context is never left, and would make an endless chain. */
  #openParent(): ClientCall | undefined {
    this.#parent = this.#parent?.nearestOpen();
    return this.#parent;
  }
}

/** The innermost call that the running code is a part of and that is not over; undefined if there is none. */
export function currentClientCall(): ClientCall | undefined {
  return clientCalls.current()?.nearestOpen();
}

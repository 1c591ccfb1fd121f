// Takes turns with other processes at reading one queue: at most one of them reads it, with at most one question under way.
import { nowMillis } from '../../core/clock.ts';
import type { Guard } from '../../hooks/instrumentation.ts';
import type { QueueDepth } from '../../recorders/jobs/queue-depths.ts';
import { giveUp, pollQueue, type PollAnswer, type QueueKeys } from './depth.ts';
import { isReady, isUnused, type RedisClient } from './redis-script.ts';

/** An election outlasts a turn that comes late, and is over early enough for another process to take over within two intervals. */
const LOCK_INTERVALS = 1.25;

export interface PollOutlet {
  show(depth: QueueDepth): void;
  /** The depth is not known, or not this process's to show. */
  hide(): void;
  fail(error: unknown): void;
}

export class QueuePoll {
  readonly #keys: QueueKeys;
  readonly #intervalMillis: number;
  readonly #outlet: PollOutlet;
  readonly #token = process.getBuiltinModule('node:crypto').randomUUID();
  readonly #onAnswer: (answer: PollAnswer) => void;
  readonly #onError: (error: unknown) => void;
  readonly #openedAtMillis = nowMillis();
  #askedAtMillis: number | undefined;
  #readAtMillis = -Infinity;
  #mayBeElected = false;
  #isOver = false;

  constructor(keys: QueueKeys, intervalMillis: number, outlet: PollOutlet, guard: Guard) {
    this.#keys = keys;
    this.#intervalMillis = intervalMillis;
    this.#outlet = outlet;
    this.#onAnswer = guard((answer: PollAnswer) => this.#take(answer));
    this.#onError = guard((error: unknown) => this.#answered(error));
  }

  /** To be called every half interval: each time it asks to be elected, and every second time it reads. Undefined while connecting. */
  turn(client: RedisClient | undefined): void {
    if (this.#isOver) return;
    if (client !== undefined && isUnused(client)) this.#forget();
    else if (client === undefined || !isReady(client)) this.#miss();
    else if (this.#askedAtMillis === undefined) this.#ask(client);
    else if (nowMillis() - this.#askedAtMillis >= this.#intervalMillis) this.#fail(new Error('Redis does not answer'));
  }

  /** Reads no more, and leaves the queue to another process. */
  end(client: RedisClient | undefined): void {
    this.#isOver = true;
    this.#outlet.hide();
    if (this.#mayBeElected && client !== undefined && isReady(client))
      giveUp(client, this.#keys, this.#token).catch(() => {
        // Then the lock runs out.
      });
  }

  #ask(client: RedisClient): void {
    const now = nowMillis();
    this.#askedAtMillis = now;
    this.#mayBeElected = true;
    pollQueue(client, this.#keys, {
      token: this.#token,
      lockMillis: Math.ceil(this.#intervalMillis * LOCK_INTERVALS),
      // A turn may come a little early.
      isReading: now - this.#readAtMillis > this.#intervalMillis * 0.75,
    }).then(this.#onAnswer, this.#onError);
  }

  #take({ isElected, depth }: PollAnswer): void {
    const askedAtMillis = this.#askedAtMillis;
    this.#askedAtMillis = undefined;
    if (this.#isOver) return;
    this.#mayBeElected = isElected;
    if (!isElected) {
      this.#forget();
    } else if (depth !== undefined) {
      this.#readAtMillis = askedAtMillis ?? nowMillis();
      this.#outlet.show(depth);
    }
  }

  #answered(error: unknown): void {
    this.#askedAtMillis = undefined;
    if (!this.#isOver) this.#fail(error);
  }

  /** A queue that has just been opened is given time to connect. */
  #miss(): void {
    if (nowMillis() - this.#openedAtMillis >= this.#intervalMillis) this.#fail(new Error('Redis is away'));
  }

  #fail(error: unknown): void {
    this.#readAtMillis = -Infinity;
    this.#outlet.hide();
    this.#outlet.fail(error);
  }

  /** As if it had never asked. */
  #forget(): void {
    this.#askedAtMillis = undefined;
    this.#readAtMillis = -Infinity;
    this.#outlet.hide();
  }
}

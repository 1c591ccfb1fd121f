// Polls the depth of one queue, of all processes in the one that is elected, with at most one command under way.
import { nowMillis } from '../../core/clock.ts';
import type { Registry } from '../../core/recording/registry.ts';
import type { Attachment } from '../../hooks/instrumentation.ts';
import type { QueueReading } from '../../recorders/jobs/queue-state.ts';
import type { StateGauges } from '../../recorders/state-gauges.ts';
import { pollQueue, type PollReply, type QueueKeys, resign } from './queue-depth.ts';
import { isReady, isUnused, type RedisClient } from './redis-script.ts';

/** An election outlasts a poll that comes late, and ends early enough for another process to take over within two intervals. */
const LOCK_INTERVALS = 1.25;

export class QueuePoll {
  readonly #keys: QueueKeys;
  readonly #intervalMillis: number;
  /** The depth, on the page while it is known and this process is the one to show it. */
  readonly #gauges: StateGauges<QueueReading>;
  readonly #registry: Registry;
  readonly #token = process.getBuiltinModule('node:crypto').randomUUID();
  readonly #onReply: (reply: PollReply) => void;
  readonly #onError: (error: unknown) => void;
  readonly #openedAtMillis = nowMillis();
  #sentAtMillis: number | undefined;
  #readAtMillis = -Infinity;
  #mayBeElected = false;
  #isOver = false;

  constructor(
    keys: QueueKeys,
    intervalMillis: number,
    gauges: StateGauges<QueueReading>,
    { registry, guard }: Pick<Attachment, 'registry' | 'guard'>,
  ) {
    this.#keys = keys;
    this.#intervalMillis = intervalMillis;
    this.#gauges = gauges;
    this.#registry = registry;
    this.#onReply = guard((reply: PollReply) => this.#receive(reply));
    this.#onError = guard((error: unknown) => this.#receiveError(error));
  }

  /**
   * To be called twice per interval: takes part in the election each time, and reads every second time. Undefined while connecting.
   */
  poll(client: RedisClient | undefined): void {
    if (this.#isOver) return;
    if (client !== undefined && isUnused(client)) this.#reset();
    else if (client === undefined || !isReady(client)) this.#skip();
    else if (this.#sentAtMillis === undefined) this.#send(client);
    else if (nowMillis() - this.#sentAtMillis >= this.#intervalMillis) this.#fail(new Error('Redis does not answer'));
  }

  /** Stops polling, and leaves the queue to another process. */
  end(client: RedisClient | undefined): void {
    this.#isOver = true;
    this.#gauges.hide();
    if (this.#mayBeElected && client !== undefined && isReady(client))
      resign(client, this.#keys, this.#token).catch(() => {
        // Then the lock expires.
      });
  }

  #send(client: RedisClient): void {
    const now = nowMillis();
    this.#sentAtMillis = now;
    this.#mayBeElected = true;
    pollQueue(client, this.#keys, {
      token: this.#token,
      lockMillis: Math.ceil(this.#intervalMillis * LOCK_INTERVALS),
      // A poll may come a little early.
      isReading: now - this.#readAtMillis > this.#intervalMillis * 0.75,
    }).then(this.#onReply, this.#onError);
  }

  #receive({ isElected, depth }: PollReply): void {
    const sentAtMillis = this.#sentAtMillis;
    this.#sentAtMillis = undefined;
    if (this.#isOver) return;
    this.#mayBeElected = isElected;
    if (!isElected) {
      this.#reset();
    } else if (depth !== undefined) {
      this.#readAtMillis = sentAtMillis ?? nowMillis();
      this.#gauges.show(depth);
    }
  }

  #receiveError(error: unknown): void {
    this.#sentAtMillis = undefined;
    if (!this.#isOver) this.#fail(error);
  }

  /** A queue that has just been opened is given time to connect. */
  #skip(): void {
    if (nowMillis() - this.#openedAtMillis >= this.#intervalMillis) this.#fail(new Error('Redis is away'));
  }

  #fail(error: unknown): void {
    this.#readAtMillis = -Infinity;
    this.#gauges.hide();
    this.#registry.countFailure('queue.jobs', error);
  }

  /** As if it had never polled. */
  #reset(): void {
    this.#sentAtMillis = undefined;
    this.#readAtMillis = -Infinity;
    this.#gauges.hide();
  }
}

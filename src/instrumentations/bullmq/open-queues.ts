// The queues that an application has open, and the one timer that polls the depth of each.
import type { Attachment } from '../../hooks/instrumentation.ts';
import { WeakList } from '../../hooks/weak-list.ts';
import { QUEUE_FIELDS } from '../../recorders/jobs/queue-state.ts';
import { StateGauges } from '../../recorders/state-gauges.ts';
import { keysOf, type Queue } from './queue-depth.ts';
import { QueuePoll } from './queue-poll.ts';
import type { RedisClient } from './redis-script.ts';

/** A queue or worker of BullMQ: several of one process may use the same queue. */
export interface QueueUser extends Queue {
  readonly name: string;
  /** BullMQ 5. Resolves when it has connected, which it does by itself. */
  readonly client?: Promise<RedisClient>;
  /** BullMQ 6; that of Postgres has no client. */
  readonly backend?: { readonly client?: Promise<RedisClient> };
}

interface OpenQueue {
  readonly qualifiedName: string;
  readonly poll: QueuePoll;
  readonly users: WeakList<QueueUser, undefined>;
}

/** The longest delay of a Node.js timer. */
const LONGEST_MILLIS = 2 ** 31 - 1;

export class OpenQueues {
  readonly #attachment: Attachment;
  readonly #intervalMillis: number;
  readonly #queues = new Map<string, OpenQueue>();
  /** Every user there was: one that has closed its queue does not open it again. */
  readonly #known = new WeakSet<QueueUser>();
  /** Connections of the users that have not closed their queue; undefined while connecting. */
  readonly #clients = new WeakMap<QueueUser, RedisClient | undefined>();
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#intervalMillis = attachment.settings.queuePollSeconds * 1000;
  }

  /** Polls the queue of a user from now on, first when it has connected. */
  open(user: QueueUser): void {
    if (this.#isEnded || this.#known.has(user)) return;
    this.#known.add(user);
    const connecting = (user.backend ?? user).client;
    if (typeof connecting?.then !== 'function') return;
    const queue = this.#queueOf(user);
    if (queue === undefined) return;
    const { guard } = this.#attachment;
    queue.users.add(user, undefined);
    this.#clients.set(user, undefined);
    this.#start();
    connecting.then(
      guard((client) => this.#connected(user, queue, client)),
      guard(() => this.close(user)),
    );
  }

  /** Stops polling the queue, unless another object in this process uses it. */
  close(user: QueueUser): void {
    const client = this.#clients.get(user);
    if (!this.#clients.delete(user)) return;
    const queue = this.#queues.get(user.name);
    if (queue !== undefined && !this.#isUsed(queue)) this.#end(user.name, queue, client);
  }

  /** Stops polling all of them. */
  end(): void {
    this.#isEnded = true;
    for (const [name, queue] of this.#queues) this.#end(name, queue, this.#clientOf(queue));
  }

  /** A method of its own, since the timer keeps alive whatever its callback could refer to. */
  #start(): void {
    const pollAll = this.#attachment.guard(() => this.#pollAll());
    this.#timer ??= setInterval(pollAll, Math.min(this.#intervalMillis / 2, LONGEST_MILLIS)).unref();
  }

  #queueOf(user: QueueUser): OpenQueue | undefined {
    const { name, qualifiedName } = user;
    const known = this.#queues.get(name);
    if (known?.qualifiedName === qualifiedName) return known;
    const { registry } = this.#attachment;
    if (known !== undefined) {
      registry.report('queue.jobs', `has one queue of a name: ${known.qualifiedName}, and so not ${qualifiedName}`);
      return undefined;
    }
    const gauges = new StateGauges(registry, QUEUE_FIELDS, { 'queue.name': name });
    const poll = new QueuePoll(keysOf(user), this.#intervalMillis, gauges, this.#attachment);
    const opened = { qualifiedName, poll, users: new WeakList<QueueUser, undefined>() };
    this.#queues.set(name, opened);
    return opened;
  }

  #connected(user: QueueUser, { poll }: OpenQueue, client: RedisClient): void {
    if (!this.#clients.has(user)) return;
    this.#clients.set(user, client);
    poll.poll(client);
  }

  #pollAll(): void {
    for (const [name, queue] of this.#queues) {
      if (this.#isUsed(queue)) queue.poll.poll(this.#clientOf(queue));
      else this.#end(name, queue, undefined);
    }
  }

  #end(name: string, { poll }: OpenQueue, client: RedisClient | undefined): void {
    this.#queues.delete(name);
    poll.end(client);
    if (this.#queues.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #isUsed({ users }: OpenQueue): boolean {
    for (const [user] of users) if (this.#clients.has(user)) return true;
    return false;
  }

  /** The connection of the first user that has one: the same for as long as this user is there. */
  #clientOf({ users }: OpenQueue): RedisClient | undefined {
    for (const [user] of users) {
      const client = this.#clients.get(user);
      if (client !== undefined) return client;
    }
    return undefined;
  }
}

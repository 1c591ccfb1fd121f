// BullMQ 6 calls its store in the same order with promtel as without: a store in memory, where nothing else varies.
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Job } from 'bullmq';
import { expect, it } from 'vitest';
import { bullmq as instrumentation } from '../../../src/instrumentations/bullmq/bullmq.ts';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { attachAlone } from '../../kit/samples/samples.ts';

const require = createRequire(import.meta.url);
const JOBS = 300;
const AT_A_TIME = 16;

/** What a queue and its worker keep jobs in, as far as they use it here. */
class Store extends EventEmitter {
  readonly qualifiedName = 'memory:mail';
  readonly keys = {};
  readonly minimumBlockTimeout = 0.001;
  readonly #calls: string[];
  readonly #jobs: string[];

  constructor(calls: string[], jobs: string[]) {
    super();
    this.#calls = calls;
    this.#jobs = jobs;
  }

  toKey = (type: string): string => `${this.qualifiedName}:${type}`;
  clientName = (): string => 'mail';
  waitUntilReady = async (): Promise<void> => {};
  setQueueMeta = async (): Promise<void> => {};
  moveStalledJobsToWait = async (): Promise<string[]> => [];
  close = async (): Promise<void> => {};

  async addJob(): Promise<string> {
    this.#calls.push('add');
    const id = String(this.#calls.length);
    this.#jobs.push(id);
    return id;
  }

  async moveToActive(): Promise<unknown[]> {
    this.#calls.push('take');
    return this.#next();
  }

  async moveToCompleted(_: Job, __: unknown, ___: unknown, ____: string, isFetching: boolean): Promise<object> {
    this.#calls.push(isFetching ? 'complete and take' : 'complete');
    return { result: isFetching ? this.#next() : undefined, finishedOn: Date.now() };
  }

  async waitForJob(): Promise<object> {
    this.#calls.push('wait');
    while (this.#jobs.length === 0) await new Promise(setImmediate);
    return { score: 0 };
  }

  #next(): unknown[] {
    const id = this.#jobs.shift();
    const data = { name: 'mail', data: '{}', opts: '{}', timestamp: Date.now(), processedOn: Date.now(), ats: '1' };
    return id === undefined ? [undefined, undefined, 0, 0] : [data, id, 0, 0];
  }
}

async function callsOf({ Queue, Worker }: typeof import('bullmq')): Promise<string[]> {
  const calls: string[] = [];
  const jobs: string[] = [];
  const open = (): never => new Store(calls, jobs) as never;
  const queue = new Queue('mail', { connection: {}, skipMetasUpdate: true }, open);
  const worker = new Worker('mail', async () => 'sent', { connection: {}, concurrency: AT_A_TIME }, open);
  let begun = 0;
  const done = new Map<string, PromiseWithResolvers<void>>();
  const endOf = (id: string): PromiseWithResolvers<void> => done.get(id) ?? done.set(id, Promise.withResolvers()).get(id)!;
  worker.on('completed', ({ id }) => endOf(id!).resolve());
  const send = async (): Promise<void> => {
    while ((begun += 1) <= JOBS) {
      const { id } = await queue.add('mail', {});
      await endOf(id!).promise;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, send));
  await worker.close(true);
  await queue.close();
  return calls;
}

it('BullMQ calls its store in the same order with promtel as without', async () => {
  const bare = await callsOf(freshCopy(require, 'bullmq') as typeof import('bullmq'));
  const { attached, read } = attachAlone(instrumentation);
  const watched = await callsOf(freshCopy(require, 'bullmq') as typeof import('bullmq'));
  const counted = (await read()).find(({ name }) => name === 'job.added');
  attached.detach();
  expect(counted?.value).toBe(JOBS);
  expect(watched).toEqual(bare);
});

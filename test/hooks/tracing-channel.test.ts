// Operations of a tracing channel are reported once, with how they ended, whichever of Node's four ways they take.
import { tracingChannel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Registry } from '../../src/core/recording/registry.ts';
import { attach, type AttachedInstrumentation } from '../../src/hooks/attach.ts';
import type { Instrumentation } from '../../src/hooks/instrumentation.ts';
import { SETTINGS } from '../kit/contracts/instrumentation-settings.ts';

interface Message {
  readonly command: string;
}

const library = tracingChannel<unknown, Message>('test-library:command');

let started: string[] = [];
let ended: [command: string, result: unknown, error: unknown, seconds: number][] = [];
const instrumentation: Instrumentation = {
  name: 'test-library',
  target: { package: 'test-library', versions: '*' },
  metrics: [],
  attach(attachment) {
    attachment.trace<Message>('test-library:command', {
      start: ({ command }) => started.push(command),
      end: ({ command, result, error }, seconds) => ended.push([command, result, error, seconds]),
    });
  },
};

let attached: AttachedInstrumentation[];
const attachOne = () => attach(instrumentation, new Registry(), SETTINGS);
beforeEach(() => {
  [started, ended] = [[], []];
  attached = [attachOne()];
});
afterEach(() => {
  for (const one of attached) one.detach();
});

const outcomes = () => ended.map(([command, result, error]) => [command, result, error]);
const failure = new Error('failed');
const fail = (): never => {
  throw failure;
};

it('trace reports a call that returns and one that throws', () => {
  library.traceSync(() => 'result', { command: 'returns' });
  expect(() => library.traceSync(fail, { command: 'throws' })).toThrow(failure);
  expect(outcomes()).toEqual([
    ['returns', 'result', undefined],
    ['throws', undefined, failure],
  ]);
});

it('trace reports a promise when it settles, and a call that throws before it returns one', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const answered = library.tracePromise(() => promise, { command: 'resolves' });
  expect([started, ended]).toEqual([['resolves'], []]);
  resolve('result');
  await answered;
  await library.tracePromise(() => Promise.reject(failure), { command: 'rejects' }).catch(() => {});
  expect(() => library.tracePromise(fail, { command: 'throws' })).toThrow(failure);
  expect(outcomes()).toEqual([
    ['resolves', 'result', undefined],
    ['rejects', undefined, failure],
    ['throws', undefined, failure],
  ]);
});

it('trace reports an operation with a callback when that is called, at once or later', async () => {
  const call = (later: (done: () => void) => void, command: string, ...values: unknown[]): Promise<void> =>
    new Promise((resolve) => {
      const run = (callback: (...given: unknown[]) => void): void => later(() => callback(...values));
      library.traceCallback(run as never, 0, { command }, undefined, (() => resolve()) as never);
    });
  await call((done) => done(), 'at once', null, 'result');
  await call((done) => setImmediate(done), 'later', null, 'result');
  await call((done) => setImmediate(done), 'fails', failure);
  expect(outcomes()).toEqual([
    ['at once', 'result', undefined],
    ['later', 'result', undefined],
    ['fails', undefined, failure],
  ]);
});

it('trace reports the duration in seconds', async () => {
  await library.tracePromise(() => new Promise((resolve) => setTimeout(resolve, 30)), { command: 'waits' });
  expect(ended[0]![3]).toBeGreaterThan(0.02);
  expect(ended[0]![3]).toBeLessThan(5);
});

it('trace reports an operation once where the instrumentation is attached twice', async () => {
  attached.push(attachOne());
  await library.tracePromise(() => Promise.resolve(), { command: 'once' });
  expect([started, ended.length]).toEqual([['once'], 1]);
});

it('trace reports no operation that began before it was attached, or ends after it was detached', async () => {
  attached[0]!.detach();
  const { promise, resolve } = Promise.withResolvers<void>();
  const early = library.tracePromise(() => promise, { command: 'early' });
  attached.push(attachOne());
  const late = library.tracePromise(() => promise, { command: 'late' });
  attached[1]!.detach();
  resolve();
  await Promise.all([early, late]);
  expect([started, ended]).toEqual([['late'], []]);
  expect(library.hasSubscribers).toBe(false);
});

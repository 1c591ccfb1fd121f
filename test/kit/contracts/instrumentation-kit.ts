// The contract of instrumentations: nothing is recorded before one is attached, after it, twice or undeclared, and nothing leaks.
import { channel } from 'node:diagnostics_channel';
import timers from 'node:timers';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Family } from '../../../src/core/recording/family.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { samplesOf } from '../../../src/core/recording/samples.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { runToEnd } from '../apps/run-to-end.ts';
import type { Program } from '../programs.ts';
import { testWith } from '../with-program.ts';
import { channelsOf, type Exercise, instrumentationOf } from './exercise.ts';
import { SETTINGS } from './instrumentation-settings.ts';

export interface Subject {
  /** The file of the instrumentation. */
  readonly module: URL;
  /** The file of its exercise, which is run here and in a process of its own. */
  readonly exerciseFile: URL;
  readonly exercise: Exercise;
}

/** Defines the tests of an instrumentation's contract. */
export function verifyInstrumentation(subject: Subject): void {
  describe('the contract of an instrumentation', () => {
    let instrumentation: Instrumentation;
    let channels: readonly string[];
    let attached: AttachedInstrumentation[] = [];

    beforeAll(async () => {
      instrumentation = await instrumentationOf(subject.module.href);
      channels = channelsOf(instrumentation);
    });

    afterEach(() => {
      vi.restoreAllMocks();
      for (const one of attached) one.detach();
      attached = [];
    });

    const attachTo = (registry: Registry): AttachedInstrumentation => {
      const one = attach(instrumentation, registry, SETTINGS);
      attached.push(one);
      return one;
    };
    const exercise = async (program?: Program): Promise<void> => {
      await subject.exercise.run(() => {}, program);
      // The exercise may have been notified of the last end before the instrumentation is.
      await new Promise((resolve) => setImmediate(resolve));
    };
    const { needs } = subject.exercise;
    /** Defines a test that runs the exercise. */
    const testExercise = (title: string, run: (program?: Program) => Promise<void>): void => {
      if (needs === undefined) it(title, () => run());
      else testWith(needs, title, run);
    };
    const subscribed = (): string[] => channels.filter((name) => channel(name).hasSubscribers);

    testExercise('subscribes to nothing before it is attached, nor after', async (program) => {
      const started = vi.spyOn(globalThis, 'setInterval');
      // A library may stop an interval through the timers module.
      const stopped = [globalThis, timers].map((holder) => vi.spyOn(holder, 'clearInterval'));
      expect(subscribed()).toEqual([]);
      const one = attachTo(new Registry());
      expect(subscribed()).toEqual(channels);
      await exercise(program);
      one.detach();
      expect(subscribed()).toEqual([]);
      const intervals = started.mock.results.map(({ value }) => value as unknown);
      const ended = stopped.flatMap(({ mock }) => mock.calls.map(([interval]) => interval));
      expect(ended).toEqual(expect.arrayContaining(intervals));
      expect(one.failure).toBeUndefined();
    });

    testExercise('records what it declares, and nothing else', async (program) => {
      const registry = new Registry();
      const undeclared = watchAttributes(registry);
      const one = attachTo(registry);
      await exercise(program);
      await registry.collect();
      const recorded = new Set(samplesOf(registry).map(({ name }) => name));
      expect([...recorded].toSorted(inOrder)).toEqual(instrumentation.metrics.map(({ name }) => name).toSorted(inOrder));
      expect([...undeclared]).toEqual([]);
      expect(registry.families.map(({ rejected }) => rejected)).toEqual(registry.families.map(() => 0));
      expect(one.failure).toBeUndefined();
    });

    testExercise('counts once where it is attached twice', async (program) => {
      const [once, twice] = [new Registry(), new Registry()];
      const first = attachTo(once);
      await exercise(program);
      const expected = countsOf(once);
      first.detach();
      attachTo(twice);
      attachTo(twice);
      await exercise(program);
      expect(countsOf(twice)).toEqual(expected);
    });

    it('throws nothing to a publisher, whatever is published', async () => {
      const thrown: unknown[] = [];
      const onThrown = (error: unknown): unknown => thrown.push(error);
      process.on('uncaughtException', onThrown);
      for (const name of channels) {
        fc.assert(
          fc.property(payload, (message) => {
            const one = attach(instrumentation, new Registry(), SETTINGS);
            channel(name).publish(message);
            one.detach();
          }),
        );
      }
      // Node throws the error of a subscriber in the next tick.
      await new Promise((resolve) => setImmediate(resolve));
      process.off('uncaughtException', onThrown);
      expect(thrown).toEqual([]);
    });

    testExercise('keeps no published object alive', async (program) => {
      const script = fileURLToPath(new URL('collectable.ts', import.meta.url));
      const args = [script, subject.module.href, subject.exerciseFile.href, ...(program ? [JSON.stringify(program)] : [])];
      const { stdout, stderr } = await runToEnd(['--expose-gc', ...args]);
      expect(stderr).toBe('');
      const { tracked, alive } = JSON.parse(stdout) as { tracked: number; alive: string[] };
      expect(tracked).toBeGreaterThan(0);
      expect(alive).toEqual([]);
    });
  });
}

const hostile: object = new Proxy(
  {},
  {
    get() {
      throw new Error('hostile');
    },
  },
);

/** In a list of answers, means the object itself that gives them. */
const ITSELF = Symbol('itself');

/** Beyond this, a handler that loops over answers would never end. */
const MOST_QUESTIONS = 1000;

/** An object that has every key and can be called: it gives the answers of a list in turn. */
function answering(answers: readonly unknown[]): object {
  let questions = 0;
  const answer = (): unknown => {
    if (questions >= MOST_QUESTIONS) throw new Error('no more answers');
    const next = answers[questions % answers.length];
    questions += 1;
    return next === ITSELF ? all : next;
  };
  const all: object = new Proxy(() => {}, { get: answer, apply: answer, has: () => true });
  return all;
}

const answers = fc.array(fc.oneof({ arbitrary: fc.constant(ITSELF), weight: 3 }, fc.anything(), fc.constant(hostile)), {
  minLength: 1,
  maxLength: 12,
});

/** Any value, and objects that give any values at any depth. */
const payload = fc.oneof(fc.anything(), fc.constant(hostile), answers.map(answering));

/** Collects the attributes that are recorded though their metric does not declare them. */
function watchAttributes(registry: Registry): Set<string> {
  const undeclared = new Set<string>();
  const watched = new Set<Family>();
  const make = registry.instrument.bind(registry) as (definition: unknown) => { readonly family: Family };
  const instrument = (definition: unknown): unknown => {
    const made = make(definition);
    if (!watched.has(made.family)) watchFamily(made.family, undeclared);
    watched.add(made.family);
    return made;
  };
  return Object.assign(registry, { instrument }) && undeclared;
}

function watchFamily(family: Family, undeclared: Set<string>): void {
  let { find } = family;
  const { name, attributes } = family.definition;
  const declared = new Set(attributes.map(({ key }) => key));
  Object.defineProperty(family, 'find', {
    get: (): Family['find'] => (values) => {
      for (const key of Object.keys(values ?? {})) if (!declared.has(key)) undeclared.add(`${name} ${key}`);
      return find(values);
    },
    // A family replaces its own first one.
    set(next: Family['find']) {
      find = next;
    },
  });
}

/** The value of each series, which of a histogram is its count; without the port, which differs from run to run. */
function countsOf(registry: Registry): string[] {
  return samplesOf(registry)
    .map(({ name, attributes, value }) => JSON.stringify([name, { ...attributes, 'server.port': undefined }, value]))
    .toSorted(inOrder);
}

function inOrder(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

// attach: an instrumentation that fails is detached and reported, one of several attachments is active, and the host notices nothing.
import { channel } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { Registry } from '../../src/core/recording/registry.ts';
import { attach, type AttachedInstrumentation } from '../../src/hooks/attach.ts';
import type { Attachment, Instrumentation } from '../../src/hooks/instrumentation.ts';
import { SETTINGS } from '../kit/contracts/instrumentation-settings.ts';
import { collectGarbage } from '../kit/kept-memory.ts';

const CHANNEL = 'promtel.test.attach';

/** Its `_load` is wrapped while modules are watched. */
const nodeLoader = nodeModule as unknown as { readonly _load: unknown };

let problems: Problem[];
let count = 0;

beforeEach(() => {
  problems = [];
  onProblem((problem) => problems.push(problem));
});

afterEach(() => onProblem(undefined));

function attachNew(setUp: (attachment: Attachment) => void, registry = new Registry()): AttachedInstrumentation {
  count += 1;
  const instrumentation: Instrumentation = {
    name: `attached-${count}`,
    target: { package: 'library', versions: '>=2 <4' },
    metrics: [],
    attach: setUp,
  };
  return attach(instrumentation, registry, SETTINGS);
}

describe('detach', () => {
  it('detach undoes everything in reverse order, also after an undo that throws, and reports once', () => {
    const undone: number[] = [];
    const one = attachNew((attachment) => {
      for (const step of [1, 2, 3, 4])
        attachment.onDetach(() => {
          undone.push(step);
          if (step > 2) throw new Error(`cannot undo ${step}`);
        });
    });
    expect(() => one.detach()).not.toThrow();
    expect(undone).toEqual([4, 3, 2, 1]);
    expect(problems.map(({ message }) => message)).toEqual(['could not undo all that it had set up: cannot undo 4']);
    one.detach();
    expect(undone).toHaveLength(4);
  });

  it('detach leaves nothing of what is set up later', async () => {
    const registry = new Registry();
    const load = nodeLoader._load;
    let attachment!: Attachment;
    let collections = 0;
    attachNew((given) => (attachment = given), registry).detach();
    attachment.subscribe(CHANNEL, () => {});
    attachment.onCollect(() => void (collections += 1));
    attachment.patch({ file: 'index.js' }, () => () => {});
    attachment.onDetach(() => {
      throw new Error('too late');
    });
    await registry.collect();
    expect([channel(CHANNEL).hasSubscribers, nodeLoader._load === load, collections]).toEqual([false, true, 0]);
  });
});

describe('guard', () => {
  it('guard returns the result of a function, and undefined for one that throws, which is detached', () => {
    let attachment!: Attachment;
    const registry = new Registry();
    const attached = attachNew((given) => {
      attachment = given;
      given.subscribe(CHANNEL, () => {});
    }, registry);
    const half = attachment.guard((value: number) => {
      if (value % 2 === 1) throw new Error('odd');
      return value / 2;
    });
    expect(half(4)).toBe(2);
    expect(channel(CHANNEL).hasSubscribers).toBe(true);
    expect([half(3), half(5)]).toEqual([undefined, undefined]);
    expect(channel(CHANNEL).hasSubscribers).toBe(false);
    expect(attached.failure).toBe('odd');
    expect(problems.map(({ message }) => message)).toEqual(['failed and was detached: odd']);
  });

  it('attach reports an error without a message', () => {
    const attached = attachNew(() => {
      throw Object.create(null);
    });
    expect(attached.failure).toBe('an error that has no message');
  });
});

it('isKnown knows the versions of the target, and reports others once', () => {
  let attachment!: Attachment;
  attachNew((given) => (attachment = given));
  expect(['2.0.0', '3.9.9', '4.0.0', '4.0.0', '1.9.0'].map((version) => attachment.isKnown(version))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(problems.map(({ message }) => message)).toEqual([
    'leaves library 4.0.0 alone: it knows >=2 <4',
    'leaves library 1.9.0 alone: it knows >=2 <4',
  ]);
});

describe('a message that was published before the instrumentation was attached', () => {
  const target = { package: 'library', versions: '>=2 <4' };
  const first = { channel: CHANNEL, message: 'first' };

  it('is handled once, after all is set up, by who listens on its channel', () => {
    const handled: unknown[] = [];
    const setUp = (attachment: Attachment): void => {
      const stop = attachment.subscribe(CHANNEL, (message) => handled.push(['stopped', message], stop()));
      attachment.subscribe(CHANNEL, (message) => handled.push(message));
      attachment.subscribe(`${CHANNEL}.other`, (message) => handled.push(message));
    };
    const one = attach({ name: 'first', target, metrics: [], attach: setUp }, new Registry(), SETTINGS, first);
    expect(handled).toEqual([['stopped', 'first'], undefined, 'first']);
    channel(CHANNEL).publish('second');
    expect(handled.slice(3)).toEqual(['second']);
    one.detach();
  });

  it('detaches an instrumentation that fails on it', () => {
    const setUp = (attachment: Attachment): void => {
      attachment.subscribe(CHANNEL, () => {
        throw new Error('odd');
      });
    };
    const one = attach({ name: 'failing', target, metrics: [], attach: setUp }, new Registry(), SETTINGS, first);
    expect([one.failure, channel(CHANNEL).hasSubscribers]).toEqual(['odd', false]);
  });

  it('the first message is not handled by an instrumentation that failed while it was attached', () => {
    const handled: unknown[] = [];
    const setUp = (attachment: Attachment): void => {
      attachment.subscribe(CHANNEL, (message) => handled.push(message));
      throw new Error('odd');
    };
    expect(attach({ name: 'fails', target, metrics: [], attach: setUp }, new Registry(), SETTINGS, first).failure).toBe('odd');
    expect(handled).toEqual([]);
  });

  it('the first message is not kept alive once it was handled', async () => {
    const setUp = (attachment: Attachment): void => void attachment.subscribe(CHANNEL, () => {});
    const attachFor = (message: object): WeakRef<object> => {
      one = attach({ name: 'keeps', target, metrics: [], attach: setUp }, new Registry(), SETTINGS, {
        channel: CHANNEL,
        message,
      });
      return new WeakRef(message);
    };
    let one!: AttachedInstrumentation;
    const reference = attachFor({ request: {} });
    await new Promise(setImmediate);
    collectGarbage();
    expect(reference.deref()).toBeUndefined();
    one.detach();
  });
});

describe('a second attachment', () => {
  let steps: string[];
  let folder: string;

  beforeEach(() => {
    steps = [];
    folder = mkdtempSync(join(tmpdir(), 'promtel-attach-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The same in every copy of promtel, so each attachment has an object of its own. */
  const twin = (who: string): Instrumentation => ({
    name: 'a-twin',
    target: { package: 'twin', versions: '>=2 <4' },
    metrics: [],
    attach(attachment) {
      steps.push(`${who} attaches`);
      attachment.onDetach(() => steps.push(`${who} detaches`));
      attachment.subscribe(CHANNEL, () => steps.push(`${who} counts`));
      attachment.patch({ file: 'index.js' }, (exports: { patches: string[] }) => {
        exports.patches.push(who);
        return () => exports.patches.splice(exports.patches.indexOf(who), 1);
      });
    },
  });
  const attachTwin = (who: string): AttachedInstrumentation => attach(twin(who), new Registry(), SETTINGS);

  /** Attaches as another copy of promtel does, whose classes are other ones. */
  async function attachTwinOfCopy(who: string): Promise<AttachedInstrumentation> {
    vi.resetModules();
    const copy = await import('../../src/hooks/attach.ts');
    expect(copy.attach).not.toBe(attach);
    return copy.attach(twin(who), new Registry(), SETTINGS);
  }

  const pathOf = (name: string, file: string): string => join(folder, name, 'twin', file);

  function load(name: string, version = '2.0.0'): { readonly patches: string[] } {
    mkdirSync(pathOf(name, ''), { recursive: true });
    writeFileSync(pathOf(name, 'package.json'), JSON.stringify({ name: 'twin', version }));
    writeFileSync(pathOf(name, 'index.js'), 'exports.patches = [];');
    return createRequire(import.meta.url)(pathOf(name, 'index.js')) as { readonly patches: string[] };
  }

  it('attach lets a second attachment wait until the first is detached, though it is of another copy of promtel', async () => {
    const first = attachTwin('first');
    const second = await attachTwinOfCopy('second');
    channel(CHANNEL).publish({});
    first.detach();
    channel(CHANNEL).publish({});
    second.detach();
    channel(CHANNEL).publish({});
    expect(steps).toEqual([
      'first attaches',
      'first counts',
      'first detaches',
      'second attaches',
      'second counts',
      'second detaches',
    ]);
  });

  it('attach lets attachments take over in their order, without those that were detached while they waited', async () => {
    const first = attachTwin('first');
    const second = attachTwin('second');
    const third = await attachTwinOfCopy('third');
    second.detach();
    first.detach();
    const fourth = attachTwin('fourth');
    third.detach();
    first.detach();
    fourth.detach();
    expect(steps.filter((step) => step.endsWith('attaches'))).toEqual(['first attaches', 'third attaches', 'fourth attaches']);
  });

  it('attach patches every copy of a library once, those included that were loaded while the attachment waited', async () => {
    const first = attachTwin('first');
    const before = load('before');
    const second = await attachTwinOfCopy('second');
    const meanwhile = load('meanwhile', '3.0.0');
    const unknown = load('unknown', '4.0.0');
    expect([before.patches, meanwhile.patches, unknown.patches]).toEqual([['first'], ['first'], []]);
    first.detach();
    const later = load('later');
    load('before');
    expect([before, meanwhile, unknown, later].map(({ patches }) => patches)).toEqual([['second'], ['second'], [], ['second']]);
    second.detach();
    expect([before.patches, meanwhile.patches, later.patches]).toEqual([[], [], []]);
  });

  it('attach lets the next attachment take over from one that failed', () => {
    const failing = attach(
      {
        ...twin('failing'),
        attach() {
          throw new Error('no');
        },
      },
      new Registry(),
      SETTINGS,
    );
    const second = attachTwin('second');
    expect([failing.failure, steps]).toEqual(['no', ['second attaches']]);
    second.detach();
  });
});

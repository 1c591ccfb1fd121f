// An instrumentation that fails, even at being detached, is taken off and told of, and its host notices nothing.
import { channel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { Registry } from '../../src/core/recording/registry.ts';
import { attach, type AttachedInstrumentation } from '../../src/hooks/attach.ts';
import type { Attachment, Instrumentation } from '../../src/hooks/instrumentation.ts';
import { SETTINGS } from '../kit/contracts/instrumentation-settings.ts';

const CHANNEL = 'promtel.test.attach';

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
  it('undoes everything in reverse order, also after an undo that throws, and tells once', () => {
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

  it('leaves nothing of what is set up later', async () => {
    const registry = new Registry();
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
    expect([channel(CHANNEL).hasSubscribers, channel('tracing:module.require:end').hasSubscribers, collections]).toEqual([
      false,
      false,
      0,
    ]);
  });
});

describe('guard', () => {
  it('gives what the function gives, and undefined from one that fails, which is detached', () => {
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

  it('survives an error without a message', () => {
    const attached = attachNew(() => {
      throw Object.create(null);
    });
    expect(attached.failure).toBe('an error that has no message');
  });
});

it('knows the versions of its target, and tells of others once', () => {
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
});

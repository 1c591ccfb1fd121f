// Readiness checks run at the same time, within a deadline, and none is started again while it hangs.
import { afterEach, describe, expect, it } from 'vitest';
import { checkReadiness, registerReadiness, type ReadinessCheck } from '../../src/endpoint/health.ts';

const undo: (() => void)[] = [];
const register = (name: string, check: ReadinessCheck): void => void undo.push(registerReadiness(name, check));

afterEach(() => {
  for (const unregister of undo.splice(0)) unregister();
});

describe('readiness', () => {
  it('readiness is ready without any check', async () => {
    expect(await checkReadiness()).toEqual({ ready: true, checks: {} });
  });

  it('readiness is ready when every check answers anything but false', async () => {
    register('nothing', () => undefined);
    register('redis', () => Promise.resolve('PONG'));
    register('yes', () => true);
    expect(await checkReadiness()).toEqual({
      ready: true,
      checks: { nothing: { ready: true }, redis: { ready: true }, yes: { ready: true } },
    });
  });

  it('readiness has the reason for each check that failed', async () => {
    register('false', () => false);
    register('thrown', () => {
      throw new Error('no\n  route');
    });
    register('rejected', () => Promise.reject(new Error('refused')));
    register('fine', () => true);
    expect(await checkReadiness()).toEqual({
      ready: false,
      checks: {
        false: { ready: false, reason: 'the check answered false' },
        thrown: { ready: false, reason: 'no route' },
        rejected: { ready: false, reason: 'refused' },
        fine: { ready: true },
      },
    });
  });

  it('readiness does not wait for a check that hangs, nor start it again', async () => {
    let started = 0;
    let answer: (value: boolean) => void = () => {};
    register('hangs', () => {
      started += 1;
      return new Promise<boolean>((resolve) => {
        answer = resolve;
      });
    });
    const hanging = { ready: false, checks: { hangs: { ready: false, reason: 'no answer within 20 ms' } } };
    expect(await checkReadiness(20)).toEqual(hanging);
    expect(await checkReadiness(20)).toEqual(hanging);
    expect(started).toBe(1);
    answer(true);
    await new Promise(setImmediate);
    const again = checkReadiness(5000);
    answer(true);
    expect(await again).toEqual({ ready: true, checks: { hangs: { ready: true } } });
    expect(started).toBe(2);
  });

  it('runs the latest check of a name, until that is removed', async () => {
    const first = registerReadiness('db', () => false);
    const second = registerReadiness('db', () => true);
    first();
    expect((await checkReadiness()).checks).toEqual({ db: { ready: true } });
    second();
    expect((await checkReadiness()).checks).toEqual({});
  });
});

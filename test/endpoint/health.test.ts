// Readiness: every check is asked at the same time, within a deadline, and none twice while it hangs.
import { afterEach, describe, expect, it } from 'vitest';
import { checkReadiness, registerReadiness, type ReadinessCheck } from '../../src/endpoint/health.ts';

const undo: (() => void)[] = [];
const register = (name: string, check: ReadinessCheck): void => void undo.push(registerReadiness(name, check));

afterEach(() => {
  for (const unregister of undo.splice(0)) unregister();
});

describe('readiness', () => {
  it('is given where nothing is asked', async () => {
    expect(await checkReadiness()).toEqual({ ready: true, checks: {} });
  });

  it('is given when every check answers, whatever it answers but false', async () => {
    register('nothing', () => undefined);
    register('redis', () => Promise.resolve('PONG'));
    register('yes', () => true);
    expect(await checkReadiness()).toEqual({
      ready: true,
      checks: { nothing: { ready: true }, redis: { ready: true }, yes: { ready: true } },
    });
  });

  it('tells why each check that failed did', async () => {
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

  it('does not wait for a check that hangs, nor ask it again', async () => {
    let asked = 0;
    let answer: (value: boolean) => void = () => {};
    register('hangs', () => {
      asked += 1;
      return new Promise<boolean>((resolve) => {
        answer = resolve;
      });
    });
    const hanging = { ready: false, checks: { hangs: { ready: false, reason: 'no answer within 20 ms' } } };
    expect(await checkReadiness(20)).toEqual(hanging);
    expect(await checkReadiness(20)).toEqual(hanging);
    expect(asked).toBe(1);
    answer(true);
    await new Promise(setImmediate);
    const again = checkReadiness(5000);
    answer(true);
    expect(await again).toEqual({ ready: true, checks: { hangs: { ready: true } } });
    expect(asked).toBe(2);
  });

  it('asks the latest check of a name, until that is taken away', async () => {
    const first = registerReadiness('db', () => false);
    const second = registerReadiness('db', () => true);
    first();
    expect((await checkReadiness()).checks).toEqual({ db: { ready: true } });
    second();
    expect((await checkReadiness()).checks).toEqual({});
  });
});

// timeOperation records an operation without changing its result, error or timing.
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { errorTypeOf, type OperationEnd, timeOperation } from '../../src/core/operation.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';

interface Recording {
  readonly ends: OperationEnd[];
  readonly outcomes: unknown[];
  ended(this: void, end: OperationEnd, outcome: unknown): void;
}

function recordEnds(): Recording {
  const ends: OperationEnd[] = [];
  const outcomes: unknown[] = [];
  return {
    ends,
    outcomes,
    ended(end, outcome) {
      ends.push(end);
      outcomes.push(outcome);
    },
  };
}

describe('timeOperation', () => {
  it('timeOperation returns a value and reports the end at once', () => {
    const { ends, ended } = recordEnds();
    const value = {};
    expect(timeOperation(() => value, ended)).toBe(value);
    expect(ends).toMatchObject([{ errorType: undefined }]);
  });

  it('timeOperation resolves as its promise does and reports the end when it settles', async () => {
    const { ends, ended } = recordEnds();
    const { promise, resolve } = Promise.withResolvers<object>();
    const observed = timeOperation(() => promise, ended);
    expect(ends).toEqual([]);
    const value = {};
    resolve(value);
    expect(await observed).toBe(value);
    expect(ends).toHaveLength(1);
    expect(ends[0]!.durationSeconds).toBeGreaterThanOrEqual(0);
  });

  it('timeOperation throws or rejects with the same error', async () => {
    const { ends, ended } = recordEnds();
    const error = Object.assign(new TypeError('x'), { code: 'ECONNREFUSED' });
    expect(() =>
      timeOperation(() => {
        throw error;
      }, ended),
    ).toThrow(error);
    await expect(timeOperation(() => Promise.reject(error), ended)).rejects.toBe(error);
    expect(ends.map(({ errorType }) => errorType)).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  it('timeOperation reports the result or the error', async () => {
    const { outcomes, ended } = recordEnds();
    const error = new Error('x');
    timeOperation(() => 'value', ended);
    await timeOperation(() => Promise.resolve('later'), ended);
    await timeOperation(() => Promise.reject(error), ended).catch(() => {});
    const thrown = (): never => {
      throw error;
    };
    expect(() => timeOperation(thrown, ended)).toThrow(error);
    expect(outcomes).toEqual(['value', 'later', error, error]);
  });

  it('timeOperation times a promise of another realm', async () => {
    const { ends, ended } = recordEnds();
    const promise = runInNewContext('Promise.reject(new RangeError("x"))') as Promise<unknown>;
    await expect(timeOperation(() => promise, ended)).rejects.toThrow('x');
    expect(ends).toMatchObject([{ errorType: 'RangeError' }]);
  });

  it('timeOperation keeps the properties of a promise', async () => {
    const { ended } = recordEnds();
    const { exec } = process.getBuiltinModule('node:child_process');
    const running = timeOperation(() => promisify(exec)('echo done'), ended);
    expect(running.child.pid).toBeGreaterThan(0);
    expect((await running).stdout).toBe('done\n');
  });

  it('timeOperation leaves an unhandled rejection unhandled', async () => {
    const operation = new URL('../../src/core/operation.ts', import.meta.url).href;
    const script = `
      import { timeOperation } from ${JSON.stringify(operation)};
      process.on('unhandledRejection', (error) => console.log(error.message));
      timeOperation(async () => { throw new Error('nobody handles me'); }, () => console.log('ended'));
      timeOperation(async () => { throw new Error('handled'); }, () => {}).catch(() => {});`;
    const { stdout, stderr } = await runToEnd(['--input-type=module', '--eval', script]);
    expect(stdout).toBe('ended\nnobody handles me\n');
    expect(stderr).toBe('');
  });

  it('timeOperation ignores errors of its listener', async () => {
    const broken = (): never => {
      throw new Error('listener');
    };
    expect(timeOperation(() => 1, broken)).toBe(1);
    await expect(timeOperation(() => Promise.resolve(2), broken)).resolves.toBe(2);
  });
});

/* oxlint-disable unicorn/no-thenable -- a query builder is one */
describe('timeOperation of a thenable other than a plain promise', () => {
  class Query {
    thenCalls = 0;
    readonly outcome: Promise<unknown>;
    constructor(outcome: Promise<unknown>) {
      this.outcome = outcome;
    }
    then(...handlers: Parameters<Promise<unknown>['then']>): Promise<unknown> {
      this.thenCalls += 1;
      return this.outcome.then(...handlers);
    }
  }

  it('a thenable is returned itself, not started, and its end is reported when its result has arrived', async () => {
    const { ends, ended } = recordEnds();
    const query = new Query(Promise.resolve('rows'));
    expect(timeOperation(() => query, ended)).toBe(query);
    await new Promise((resolve) => setImmediate(resolve));
    expect([query.thenCalls, ends.length, Object.keys(query)]).toEqual([0, 0, ['thenCalls', 'outcome']]);
    expect(await query).toBe('rows');
    expect(await query.then((rows) => `${rows as string}!`)).toBe('rows!');
    expect(await query.then()).toBe('rows');
    expect([query.thenCalls, ends.length]).toEqual([3, 1]);
  });

  it('a thenable that fails is reported, and its handlers run as without promtel', async () => {
    const { ends, ended } = recordEnds();
    const error = new RangeError('x');
    const query = timeOperation(() => new Query(Promise.reject(error)), ended);
    await expect(query.then(undefined)).rejects.toBe(error);
    expect(await query.then(undefined, (reason) => [reason])).toEqual([error]);
    expect(ends).toMatchObject([{ errorType: 'RangeError' }]);
  });

  it('a subclass of Promise is returned itself and its `then` is called once', async () => {
    const { ends, ended } = recordEnds();
    class Lazy<Value> extends Promise<Value> {
      static parsed = 0;
      override then<One = Value, Other = never>(...handlers: Parameters<Promise<Value>['then']>): Promise<One | Other> {
        Lazy.parsed += 1;
        return super.then(...handlers) as Promise<One | Other>;
      }
    }
    const lazy = new Lazy<number>((resolve) => resolve(1));
    expect(timeOperation(() => lazy, ended)).toBe(lazy);
    await new Promise((resolve) => setImmediate(resolve));
    expect([Lazy.parsed, ends.length]).toEqual([0, 0]);
    expect(await lazy).toBe(1);
    expect([Lazy.parsed, ends.length]).toEqual([1, 1]);
  });

  it('a thenable that cannot be patched ends on return', () => {
    const { ends, ended } = recordEnds();
    const frozen = Object.freeze(new Query(Promise.resolve(1)));
    expect(timeOperation(() => frozen, ended)).toBe(frozen);
    expect(ends).toHaveLength(1);
    const hostile = {
      get then(): never {
        throw new Error('getter');
      },
    };
    expect(timeOperation(() => hostile, ended)).toBe(hostile);
    expect(ends).toHaveLength(2);
  });

  it('a thenable is timed by each of two nested calls of timeOperation', async () => {
    const [inner, outer] = [recordEnds(), recordEnds()];
    const query = new Query(Promise.resolve('rows'));
    expect(await timeOperation(() => timeOperation(() => query, inner.ended), outer.ended)).toBe('rows');
    expect([inner.ends.length, outer.ends.length, query.thenCalls]).toEqual([1, 1, 1]);
  });
});
/* oxlint-enable unicorn/no-thenable */

describe('errorTypeOf', () => {
  it.each([
    [Object.assign(new Error('x'), { code: 'E_CODE' }), 'E_CODE'],
    [Object.assign(new Error('x'), { code: 20 }), 'Error'],
    [new RangeError('x'), 'RangeError'],
    [Object.assign(new Error('x'), { code: 'ABORT_ERR', name: 'AbortError' }), 'AbortError'],
    [AbortSignal.timeout(0).reason ?? new DOMException('x', 'TimeoutError'), 'TimeoutError'],
    [undefined, '_OTHER'],
    [null, '_OTHER'],
    ['text', '_OTHER'],
  ])('errorTypeOf(%s) is %s', (error, expected) => {
    expect(errorTypeOf(error)).toBe(expected);
  });

  it('errorTypeOf an error whose getters throw is _OTHER', () => {
    const hostile = {
      get code(): string {
        throw new Error('getter');
      },
    };
    expect(errorTypeOf(hostile)).toBe('_OTHER');
  });
});

// Timing an operation changes nothing about it.
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { errorTypeOf, type OperationEnd, timeOperation } from '../../src/core/operation.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';

interface Watch {
  readonly ends: OperationEnd[];
  readonly given: unknown[];
  ended(this: void, end: OperationEnd, given: unknown): void;
}

function watch(): Watch {
  const ends: OperationEnd[] = [];
  const given: unknown[] = [];
  return {
    ends,
    given,
    ended(end, result) {
      ends.push(end);
      given.push(result);
    },
  };
}

describe('timeOperation', () => {
  it('hands on a value and tells at once', () => {
    const { ends, ended } = watch();
    const value = {};
    expect(timeOperation(() => value, ended)).toBe(value);
    expect(ends).toMatchObject([{ errorType: undefined }]);
  });

  it('hands on what a promise becomes and tells when it settles', async () => {
    const { ends, ended } = watch();
    const { promise, resolve } = Promise.withResolvers<object>();
    const followed = timeOperation(() => promise, ended);
    expect(ends).toEqual([]);
    const value = {};
    resolve(value);
    expect(await followed).toBe(value);
    expect(ends).toHaveLength(1);
    expect(ends[0]!.durationSeconds).toBeGreaterThanOrEqual(0);
  });

  it('hands on what was thrown or rejected, itself', async () => {
    const { ends, ended } = watch();
    const error = Object.assign(new TypeError('x'), { code: 'ECONNREFUSED' });
    expect(() =>
      timeOperation(() => {
        throw error;
      }, ended),
    ).toThrow(error);
    await expect(timeOperation(() => Promise.reject(error), ended)).rejects.toBe(error);
    expect(ends.map(({ errorType }) => errorType)).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  it('tells what it gave: the result or the error', async () => {
    const { given, ended } = watch();
    const error = new Error('x');
    timeOperation(() => 'value', ended);
    await timeOperation(() => Promise.resolve('later'), ended);
    await timeOperation(() => Promise.reject(error), ended).catch(() => {});
    const thrown = (): never => {
      throw error;
    };
    expect(() => timeOperation(thrown, ended)).toThrow(error);
    expect(given).toEqual(['value', 'later', error, error]);
  });

  it('takes a promise of another realm for one', async () => {
    const { ends, ended } = watch();
    const promise = runInNewContext('Promise.reject(new RangeError("x"))') as Promise<unknown>;
    await expect(timeOperation(() => promise, ended)).rejects.toThrow('x');
    expect(ends).toMatchObject([{ errorType: 'RangeError' }]);
  });

  it('keeps what a promise carries', async () => {
    const { ended } = watch();
    const { exec } = process.getBuiltinModule('node:child_process');
    const running = timeOperation(() => promisify(exec)('echo done'), ended);
    expect(running.child.pid).toBeGreaterThan(0);
    expect((await running).stdout).toBe('done\n');
  });

  it('leaves a rejection that nobody handles unhandled, with its error', async () => {
    const operation = new URL('../../src/core/operation.ts', import.meta.url).href;
    const script = `
      import { timeOperation } from ${JSON.stringify(operation)};
      process.on('unhandledRejection', (error) => console.log(error.message));
      timeOperation(async () => { throw new Error('nobody handles me'); }, () => console.log('told'));
      timeOperation(async () => { throw new Error('handled'); }, () => {}).catch(() => {});`;
    const { stdout, stderr } = await runToEnd(['--input-type=module', '--eval', script]);
    expect(stdout).toBe('told\nnobody handles me\n');
    expect(stderr).toBe('');
  });

  it('survives a listener that throws', async () => {
    const broken = (): never => {
      throw new Error('listener');
    };
    expect(timeOperation(() => 1, broken)).toBe(1);
    await expect(timeOperation(() => Promise.resolve(2), broken)).resolves.toBe(2);
  });
});

/* oxlint-disable unicorn/no-thenable -- a query builder is one */
describe('timeOperation of a thenable that is no plain promise', () => {
  class Query {
    asked = 0;
    readonly outcome: Promise<unknown>;
    constructor(outcome: Promise<unknown>) {
      this.outcome = outcome;
    }
    then(...handlers: Parameters<Promise<unknown>['then']>): Promise<unknown> {
      this.asked += 1;
      return this.outcome.then(...handlers);
    }
  }

  it('hands on itself, does not start it, and tells when its result was asked for', async () => {
    const { ends, ended } = watch();
    const query = new Query(Promise.resolve('rows'));
    expect(timeOperation(() => query, ended)).toBe(query);
    await new Promise((resolve) => setImmediate(resolve));
    expect([query.asked, ends.length, Object.keys(query)]).toEqual([0, 0, ['asked', 'outcome']]);
    expect(await query).toBe('rows');
    expect(await query.then((rows) => `${rows as string}!`)).toBe('rows!');
    expect(await query.then()).toBe('rows');
    expect([query.asked, ends.length]).toEqual([3, 1]);
  });

  it('tells of its failure and lets handlers do what they do', async () => {
    const { ends, ended } = watch();
    const error = new RangeError('x');
    const query = timeOperation(() => new Query(Promise.reject(error)), ended);
    await expect(query.then(undefined)).rejects.toBe(error);
    expect(await query.then(undefined, (reason) => [reason])).toEqual([error]);
    expect(ends).toMatchObject([{ errorType: 'RangeError' }]);
  });

  it('keeps the class of a promise and what it does in its own then', async () => {
    const { ends, ended } = watch();
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

  it('ends on return where it cannot be watched', () => {
    const { ends, ended } = watch();
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

  it('is timed by each of two trackers around it', async () => {
    const [inner, outer] = [watch(), watch()];
    const query = new Query(Promise.resolve('rows'));
    expect(await timeOperation(() => timeOperation(() => query, inner.ended), outer.ended)).toBe('rows');
    expect([inner.ends.length, outer.ends.length, query.asked]).toEqual([1, 1, 1]);
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
  ])('of %s is %s', (error, expected) => {
    expect(errorTypeOf(error)).toBe(expected);
  });

  it('of an error whose getters throw is _OTHER', () => {
    const hostile = {
      get code(): string {
        throw new Error('getter');
      },
    };
    expect(errorTypeOf(hostile)).toBe('_OTHER');
  });
});

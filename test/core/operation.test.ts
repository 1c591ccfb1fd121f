// Timing an operation changes nothing about it.
import { describe, expect, it } from 'vitest';
import { errorTypeOf, type OperationEnd, timeOperation } from '../../src/core/operation.ts';

function watch(): { ends: OperationEnd[]; ended: (end: OperationEnd) => void } {
  const ends: OperationEnd[] = [];
  return { ends, ended: (end) => ends.push(end) };
}

describe('timeOperation', () => {
  it('hands on a value and tells at once', () => {
    const { ends, ended } = watch();
    const value = {};
    expect(timeOperation(() => value, ended)).toBe(value);
    expect(ends).toMatchObject([{ errorType: undefined }]);
  });

  it('hands on the very promise and tells when it settles', async () => {
    const { ends, ended } = watch();
    const { promise, resolve } = Promise.withResolvers<string>();
    expect(timeOperation(() => promise, ended)).toBe(promise);
    expect(ends).toEqual([]);
    resolve('done');
    await promise;
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

  it('does not start a lazy thenable', () => {
    const { ends, ended } = watch();
    let started = false;
    // oxlint-disable unicorn/no-thenable -- a query builder is one
    const query = {
      then() {
        started = true;
      },
    };
    // oxlint-enable unicorn/no-thenable
    expect(timeOperation(() => query, ended)).toBe(query);
    expect(started).toBe(false);
    expect(ends).toHaveLength(1);
  });

  it('survives a listener that throws', async () => {
    const broken = (): never => {
      throw new Error('listener');
    };
    expect(timeOperation(() => 1, broken)).toBe(1);
    await expect(timeOperation(() => Promise.resolve(2), broken)).resolves.toBe(2);
  });
});

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

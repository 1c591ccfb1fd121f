// Every area of the API times functions in one way: what they do is unchanged, however they end and however they are called.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { newId, running, timings, seriesOf } from './api-kit.ts';

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

const FAILURE = Object.assign(new RangeError('x'), { code: 'E_X' });

/* oxlint-disable unicorn/no-thenable -- a query builder is one */
class Query {
  thenCalls = 0;
  then<Result>(onFulfilled: (rows: string) => Result): Promise<Result> {
    this.thenCalls += 1;
    return Promise.resolve('rows').then(onFulfilled);
  }
}
/* oxlint-enable unicorn/no-thenable */

const throwIt = (): never => {
  throw FAILURE;
};

describe.each([...timings, ...running])('$name', (timing) => {
  const { metric, subject = metric, track, trackBound } = timing;

  it.each([['unbound', track] as const, ['bound', trackBound] as const])(
    'a tracked function returns, throws or rejects as it does untracked, %s',
    async (_, call) => {
      const id = newId();
      const value = {};
      expect(call(id, () => value)).toBe(value);
      expect(await call(id, () => Promise.resolve(value))).toBe(value);
      expect(() => call(id, throwIt)).toThrow(FAILURE);
      await expect(call(id, () => Promise.reject(FAILURE))).rejects.toBe(FAILURE);
      const query = new Query();
      expect(call(id, () => query)).toBe(query);
      expect([query.thenCalls, await query, query.thenCalls]).toEqual([0, 'rows', 1]);
    },
  );

  it('track throws the TypeError of calling what is no function, reports it and records nothing', async () => {
    for (const call of [track, trackBound]) {
      const id = newId();
      expect(() => call(id, undefined as never)).toThrow(TypeError);
      expect(() => call(id, 'text' as never)).toThrow(TypeError);
      expect(await seriesOf(metric, id)).toEqual([]);
    }
    const cannot = (looks: string): Problem => ({
      subject,
      message: `cannot time what is ${looks}: accepted is a function`,
    });
    expect(problems).toContainEqual(cannot('undefined'));
    expect(problems).toContainEqual(cannot('of type string'));
  });

  it('track never changes a result or an error, whatever it is', async () => {
    const outcomes = fc.record({ value: fc.anything({ withNullPrototype: true }), fails: fc.boolean(), isAsync: fc.boolean() });
    const property = fc.asyncProperty(outcomes, fc.boolean(), async ({ value, fails, isAsync }, isBound) => {
      const run = (): unknown => {
        if (isAsync) return fails ? Promise.reject(value) : Promise.resolve(value);
        if (fails) throw value;
        return value;
      };
      const [actual, expected] = [await endOf(() => (isBound ? trackBound : track)('any', run)), await endOf(run)];
      expect(actual.how).toBe(expected.how);
      expect(Object.is(actual.what, expected.what)).toBe(true);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

interface End {
  readonly how: string;
  readonly what: unknown;
}

async function endOf(run: () => unknown): Promise<End> {
  try {
    const result = run();
    if (!(result instanceof Promise)) return { how: 'returns', what: result };
    return await result.then(
      (what: unknown) => ({ how: 'resolves', what }),
      (what: unknown) => ({ how: 'rejects', what }),
    );
  } catch (error) {
    return { how: 'throws', what: error };
  }
}

describe.each(timings)('$name', ({ metric, track, trackBound }) => {
  it('track records every end once, bound as unbound', async () => {
    const ids = await Promise.all(
      [track, trackBound].map(async (call) => {
        const id = newId();
        call(id, () => 1);
        expect(() => call(id, throwIt)).toThrow(FAILURE);
        await Promise.all([1, 2, 3].map((value) => call(id, () => Promise.resolve(value))));
        await call(id, () => Promise.reject(FAILURE)).catch(() => {});
        await call(id, () => new Query());
        return id;
      }),
    );
    const [unbound, bound] = await Promise.all(ids.map((id) => seriesOf(metric, id)));
    expect(unbound!.map((series) => [series['error.type'], series['value']])).toEqual([
      [undefined, 5],
      ['E_X', 2],
    ]);
    expect(bound).toEqual(unbound);
  });

  it('track records nothing of a query whose result was never requested', async () => {
    const id = newId();
    track(id, () => new Query());
    expect(await seriesOf(metric, id)).toEqual([]);
  });
});

const wrapping = timings.filter((timing) => timing.wrap !== undefined);

describe.each(wrapping)('$name', ({ metric, wrap, wrapBound }) => {
  it('wrap keeps the name, this and arguments of a function', async () => {
    for (const around of [wrap!, wrapBound!]) {
      const id = newId();
      const greet = function greet(this: { name: string }, greeting: string): string {
        return `${greeting} ${this.name}`;
      };
      const person = { name: 'ada', greet: around(id, greet) as typeof greet };
      expect([person.greet('hello'), person.greet.name, person.greet.length]).toEqual(['hello ada', 'greet', 1]);
      expect(await seriesOf(metric, id)).toMatchObject([{ value: 1 }]);
    }
  });

  it('wrap returns what is no function, and does not throw', () => {
    for (const around of [wrap!, wrapBound!]) expect(around(newId(), undefined as never)).toBeUndefined();
  });
});

// Problems are reported once, and many of one subject do not suppress those of others.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { messageOf, onProblem, type Problem, reportProblem, reportEachTime } from '../../src/core/problem.ts';

let problems: Problem[];

beforeEach(() => {
  problems = [];
  onProblem((problem) => problems.push(problem));
});

afterEach(() => onProblem(undefined));

it('reportProblem reports a problem once', () => {
  reportProblem('once', 'is wrong');
  reportProblem('once', 'is wrong');
  expect(problems).toEqual([{ subject: 'once', message: 'is wrong' }]);
});

it('reportProblem reports five problems per subject, then that there are more', () => {
  for (let port = 0; port < 2000; port += 1) reportProblem('varying', `refused at ${port}`);
  reportProblem('another', 'is wrong');
  expect(problems.map(({ message }) => message)).toEqual([
    'refused at 0',
    'refused at 1',
    'refused at 2',
    'refused at 3',
    'refused at 4',
    'has further problems, which are not reported',
    'is wrong',
  ]);
});

it('problems are buffered until there is a listener', () => {
  onProblem(undefined);
  reportProblem('early', 'is wrong');
  expect(problems).toEqual([]);
  onProblem((problem) => problems.push(problem));
  expect(problems).toEqual([{ subject: 'early', message: 'is wrong' }]);
});

it('reportEachTime reports repeated problems', () => {
  for (let outage = 1; outage <= 10; outage += 1) reportEachTime('exporter', `cannot export (outage ${outage})`);
  expect(problems).toHaveLength(10);
});

it('reportProblem ignores further subjects after a thousand', () => {
  for (let subject = 0; subject < 5000; subject += 1) reportProblem(`subject ${subject}`, 'is wrong');
  expect(problems.length).toBeLessThanOrEqual(1000);
});

it.each([
  [new Error('two\n  lines'), 'two lines'],
  ['text', 'text'],
  [null, 'null'],
  [Object.create(null), 'an error that has no message'],
  [Object.assign(new Error('x'), { message: 7 }), '7'],
])('messageOf(%o) is %j', (error, expected) => {
  expect(messageOf(error)).toBe(expected);
});

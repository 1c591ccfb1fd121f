// A database operation that ended is in the duration, in the slow ones if it took that long, and in the returned rows if they are known.
import { beforeEach, expect, it } from 'vitest';
import { Registry } from '../../../src/core/recording/registry.ts';
import { DbOperations } from '../../../src/recorders/db/operations.ts';
import { seriesOf } from '../../kit/samples/recorder.ts';

const SLOW_SECONDS = 0.5;
const SELECT = { 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT', 'db.collection.name': 'items' };

let registry: Registry;
let operations: DbOperations;
beforeEach(() => {
  registry = new Registry();
  operations = new DbOperations(registry, SLOW_SECONDS);
});

const durations = (): object[] => seriesOf(registry, 'db.client.operation.duration');
const slow = (): object[] => seriesOf(registry, 'db.client.slow_operations');
const rows = (): object[] => seriesOf(registry, 'db.client.response.returned_rows');

it('an operation is recorded with its seconds and rows', () => {
  operations.record(SELECT, { durationSeconds: 0.25, returnedRows: 3 });
  expect(durations()).toEqual([{ ...SELECT, value: 1, sum: 0.25 }]);
  expect(rows()).toEqual([{ ...SELECT, value: 1, sum: 3 }]);
  expect(slow()).toEqual([]);
});

it('an operation whose rows are not known is in no series of rows, and one without rows is', () => {
  operations.record(SELECT, { durationSeconds: 0.25 });
  expect(rows()).toEqual([]);
  operations.record(SELECT, { durationSeconds: 0.25, returnedRows: 0 });
  expect(rows()).toEqual([{ ...SELECT, value: 1, sum: 0 }]);
});

it('an operation is slow from the limit on, whether it failed or not', () => {
  operations.record(SELECT, { durationSeconds: SLOW_SECONDS - 0.001 });
  operations.record(SELECT, { durationSeconds: SLOW_SECONDS });
  operations.record(SELECT, { durationSeconds: 2, errorType: '57014' });
  expect(slow()).toEqual([{ ...SELECT, value: 2 }]);
  expect(durations()).toEqual([
    { ...SELECT, value: 2, sum: expect.closeTo(2 * SLOW_SECONDS - 0.001) },
    { ...SELECT, 'error.type': '57014', value: 1, sum: 2 },
  ]);
});

it('an operation that is bound records the same as one that is not', () => {
  const record = operations.bind(SELECT);
  expect(durations()).toEqual([]);
  record(0.25);
  record(0.75);
  record(1, 'ECONNRESET');
  expect(durations()).toEqual([
    { ...SELECT, value: 2, sum: 1 },
    { ...SELECT, 'error.type': 'ECONNRESET', value: 1, sum: 1 },
  ]);
  expect(slow()).toEqual([{ ...SELECT, value: 2 }]);
});

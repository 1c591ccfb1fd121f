// sendInternal marks the commands that it sends synchronously as internal.
import { expect, test } from 'vitest';
import { isInternalCommand, sendInternal } from '../../src/core/internal-traffic.ts';

test('commands sent within sendInternal are internal, also nested ones, and those sent after an await are not', async () => {
  expect(isInternalCommand()).toBe(false);
  const seen = await sendInternal(async () => {
    const before = [sendInternal(isInternalCommand), isInternalCommand()];
    await Promise.resolve();
    return [...before, isInternalCommand()];
  });
  expect(seen).toEqual([true, true, false]);
});

test('sendInternal ends when its function throws', () => {
  expect(() =>
    sendInternal(() => {
      throw new Error('not sent');
    }),
  ).toThrow('not sent');
  expect(isInternalCommand()).toBe(false);
});

import { expect, test } from 'vitest';
import { isInternalCommand, sendInternal } from '../../src/core/internal-traffic.ts';

test('what is sent within is ours, also from a run within another, and what comes later is not', async () => {
  expect(isInternalCommand()).toBe(false);
  const seen = await sendInternal(async () => {
    const before = [sendInternal(isInternalCommand), isInternalCommand()];
    await Promise.resolve();
    return [...before, isInternalCommand()];
  });
  expect(seen).toEqual([true, true, false]);
});

test('a failure ends it as well', () => {
  expect(() =>
    sendInternal(() => {
      throw new Error('not sent');
    }),
  ).toThrow('not sent');
  expect(isInternalCommand()).toBe(false);
});

import { expect, test } from 'vitest';
import { isOwnCommand, sendOwn } from '../../src/core/own-commands.ts';

test('what is sent within is ours, also from a run within another, and what comes later is not', async () => {
  expect(isOwnCommand()).toBe(false);
  const seen = await sendOwn(async () => {
    const before = [sendOwn(isOwnCommand), isOwnCommand()];
    await Promise.resolve();
    return [...before, isOwnCommand()];
  });
  expect(seen).toEqual([true, true, false]);
});

test('a failure ends it as well', () => {
  expect(() =>
    sendOwn(() => {
      throw new Error('not sent');
    }),
  ).toThrow('not sent');
  expect(isOwnCommand()).toBe(false);
});

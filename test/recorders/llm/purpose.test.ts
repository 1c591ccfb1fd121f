// A purpose holds for all that a function starts, and the innermost one counts.
import { expect, it } from 'vitest';
import { currentPurpose, withPurpose } from '../../../src/recorders/llm/purpose.ts';

it('a purpose holds through promises and timers, and not outside', async () => {
  const purposes = await withPurpose('summary', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return [currentPurpose(), withPurpose('title', currentPurpose), currentPurpose()];
  });
  expect(purposes).toEqual(['summary', 'title', 'summary']);
  expect(currentPurpose()).toBeUndefined();
});

it('a purpose ends with a function that throws', () => {
  expect(() =>
    withPurpose('summary', () => {
      throw new Error('on purpose');
    }),
  ).toThrow('on purpose');
  expect(currentPurpose()).toBeUndefined();
});

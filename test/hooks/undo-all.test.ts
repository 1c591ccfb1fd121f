// undoAll joins undo functions into one.
import { expect, it } from 'vitest';
import { undoAll } from '../../src/hooks/undo-all.ts';

it('undoAll undoes everything, the last first, and nothing before it is called', () => {
  const undone: number[] = [];
  const undo = undoAll([1, 2, 3].map((step) => () => undone.push(step)));
  expect(undone).toEqual([]);
  undo();
  expect(undone).toEqual([3, 2, 1]);
});

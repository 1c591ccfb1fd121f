// WeakList holds each item once, with its note, until it is garbage-collected.
import { expect, it } from 'vitest';
import { WeakList } from '../../src/hooks/weak-list.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';

it('WeakList has each item once, with the note that it was first given', () => {
  const list = new WeakList<object, string>();
  const [one, two] = [{}, {}];
  expect([list.add(one, 'one'), list.add(two, 'two'), list.add(one, 'again')]).toEqual([true, true, false]);
  expect([...list]).toEqual([
    [one, 'one'],
    [two, 'two'],
  ]);
});

it('WeakList keeps items that are referenced, however many come and go', () => {
  const list = new WeakList<object, number>();
  const held = Array.from({ length: 5000 }, (_, index) => ({ index }));
  for (const [index, item] of held.entries()) list.add(item, index);
  expect([...list].map(([, note]) => note)).toEqual(held.map(({ index }) => index));
});

it('WeakList stays small where it is never iterated', async () => {
  const script = `
    import { WeakList } from './src/hooks/weak-list.ts';
    const list = new WeakList();
    globalThis.held = {};
    list.add(globalThis.held, 'held');
    const heap = () => (gc(), process.memoryUsage().heapUsed);
    const before = heap();
    for (let round = 0; round < 200; round += 1) {
      for (let index = 0; index < 1000; index += 1) list.add({}, 'gone');
      // What was made in one turn lives until its end.
      await new Promise((resolve) => setImmediate(resolve));
      if (round % 10 === 0) gc();
    }
    const grownBytes = heap() - before;
    console.log(JSON.stringify({ grownBytes, left: [...list].map(([, note]) => note) }));`;
  const { stdout, stderr } = await runToEnd(['--expose-gc', '--input-type=module', '--eval', script]);
  expect(stderr).toBe('');
  const { grownBytes, left } = JSON.parse(stdout) as { grownBytes: number; left: string[] };
  expect(left).toEqual(['held']);
  expect(grownBytes).toBeLessThan(5_000_000);
});

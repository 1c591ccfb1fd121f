// Variants and interleaved rounds; a process that exits or reports an error fails the benchmark.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { interleave, meansOf, mediansOf, pick } from './rounds.ts';
import { Variant } from './variant.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

const answerModule = new URL('answer.ts', import.meta.url).href;

function script(name: string, code: string): URL {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, code);
  return pathToFileURL(path);
}

const echo = script('echo', `import { answerQuestions } from '${answerModule}'; answerQuestions((request) => request.number);`);

it('interleave runs contestants in turn, rotates their order, and drops warm-up rounds', async () => {
  const roundsRun: string[] = [];
  const course = {
    start: () => Promise.resolve(['a', 'b'].map((name) => new Variant(name, echo))),
    round(variant: Variant, isWarmUp: boolean) {
      roundsRun.push(isWarmUp ? variant.name : variant.name.toUpperCase());
      return variant.ask<number>({ number: roundsRun.length });
    },
    check: (variant: Variant) => Promise.resolve(void roundsRun.push(`${variant.name}!`)),
  };
  const samples = await interleave(course, { processes: 2, warmUps: 1, rounds: 1 });
  expect(roundsRun.join('')).toBe('abBAa!b!abBAa!b!');
  expect(samples.get('a')).toEqual([4, 10]);
  expect(pick(samples, 'b', (number) => number * 2)).toEqual([6, 18]);
});

it('meansOf and mediansOf give one figure per group of rounds', () => {
  expect(meansOf([1, 3, 10, 20], 2)).toEqual([2, 15]);
  expect(mediansOf([1, 2, 30, 4, 5, 6], 3)).toEqual([2, 5]);
});

it('Variant.ask rejects with the error of the process', async () => {
  const failing = script(
    'failing',
    `import { answerQuestions } from '${answerModule}'; answerQuestions(() => { throw new Error('no metric was recorded'); });`,
  );
  await using variant = new Variant('failing', failing);
  await expect(variant.ask({})).rejects.toThrow('failing: no metric was recorded');
});

it('Variant.ask rejects when the process exits', async () => {
  await using variant = new Variant('short', script('short', 'process.on("message", () => process.exit(0));'));
  await expect(variant.ask({})).rejects.toThrow('the process ended before it answered');
});

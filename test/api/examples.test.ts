// Every example in the API's documentation runs as it is and records the series that it shows.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import * as promtel from '../../src/index.ts';
import { expectMetric, reset } from '../../src/testing.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = readdirSync(join(root, 'src/api'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src/api', name));

/** What an example takes for granted. */
const surroundings: Readonly<Record<string, unknown>> = {
  ...promtel,
  sendMail: (to: string) => Promise.resolve(`to ${to}`),
  job: { addedMillis: Date.now() - 3000 },
  store: { get: (key: string) => Promise.resolve(key === 'ada' ? { name: 'Ada' } : undefined), length: () => Promise.resolve(7) },
  prices: new Map([
    ['tea', 3],
    ['milk', 1],
  ]),
  client: { execute: () => Promise.resolve([{ name: 'Ada' }]) },
  pool: { used: 3, idle: 1, max: 10 },
  feed: 'a b',
  parse: (text: string) => text.split(' '),
};

interface Example {
  readonly title: string;
  readonly code: string;
}

function examplesIn(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(/@example\n\s*\* ```js\n([^]*?)\s*\* ```[^]*?\*\/\n\s*(?:async )?(\w+)/g)];
  return found.map(([, code, name]) => ({ title: `${file} ${name}`, code: code!.replace(/^\s*\* ?/gm, '') }));
}

function readmeExample(): Example {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const code = text.split('```js\n').find((block) => block.startsWith('import { agents, cache, db, jobs,'));
  if (code === undefined) throw new Error('README.md has no example of the helpers');
  return { title: 'README.md', code: code.slice(0, code.indexOf('```')).replace(/^import .*$/m, '') };
}

const examples = [...files.flatMap(examplesIn), readmeExample()];

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

describe('examples', () => {
  it.each(examples)('$title', async ({ code }) => {
    reset();
    const stop = await run(code);
    for (const [, name, inBraces, value] of code.matchAll(/^\/\/ ([\w.]+)\{(.*)\}(?: (\d+))?$/gm)) {
      const pairs = [...inBraces!.matchAll(/([\w.]+)="([^"]*)"/g)].map(([, key, text]) => [key, text]);
      await expectMetric(name!, {
        attributes: Object.fromEntries(pairs),
        ...(value === undefined ? {} : { value: Number(value) }),
      });
    }
    expect(problems).toEqual([]);
    stop?.();
  });

  it('examples exist for every public method', () => {
    const { agents, cache, db, jobs, llm, pipeline, tools, usage } = promtel;
    const { memory, ...ofAgents } = agents;
    const methods = [jobs, cache, db, pipeline, llm, tools, ofAgents, memory, usage].flatMap((helper) => Object.keys(helper));
    const shown = files.flatMap(examplesIn).map(({ title }) => title.split(' ')[1]);
    expect(new Set(shown)).toEqual(new Set(methods));
    expect(shown).toHaveLength(methods.length);
  });
});

/** Runs an example as a function, since a module in a string cannot import the sources; returns its stop function, if any. */
async function run(code: string): Promise<(() => void) | undefined> {
  const AsyncFunction = (async () => {}).constructor as new (...values: string[]) => (...values: unknown[]) => Promise<any>;
  const example = new AsyncFunction(
    ...Object.keys(surroundings),
    `${code}\nreturn typeof stop === 'function' ? stop : undefined;`,
  );
  return (await example(...Object.values(surroundings))) as (() => void) | undefined;
}

// Relative links of the documentation lead to existing files, in the repository and in the package.
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What the package has of the repository; npm adds the first three by itself. */
const SHIPPED = ['package.json', 'README.md', 'LICENSE', ...(JSON.parse(read('package.json')) as { files: string[] }).files];

const linksOf = (file: string): string[] =>
  [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => posix.join(posix.dirname(file), target!));

it.each([...SHIPPED, 'CONTRIBUTING.md'].filter((file) => file.endsWith('.md')))(
  'every relative link of %s leads to a file of the repository',
  (file) => {
    expect(linksOf(file).filter((target) => !existsSync(join(root, target)))).toEqual([]);
  },
);

it.each(SHIPPED.filter((file) => file.endsWith('.md')))('every relative link of %s leads to a file of the package', (file) => {
  expect(linksOf(file).filter((target) => !SHIPPED.includes(target))).toEqual([]);
});

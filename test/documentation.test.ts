// Relative links of the documentation lead to existing files.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

it.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'otel/metrics.md', 'otel/settings.md'])(
  'every relative link of %s leads somewhere',
  (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => join(root, dirname(file), target!));
    expect(targets.filter((target) => !existsSync(target))).toEqual([]);
  },
);

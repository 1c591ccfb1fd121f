// The description of a public API: what an application cannot see makes no difference, what it can see does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publicApi } from './public-api.ts';

const folder = mkdtempSync(join(tmpdir(), 'promtel-api-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const before = {
  'index.d.ts': `
import { type Options } from './inner.ts';
export { type Kind as Labels, jobs } from './inner.ts';
/** Starts. */
export declare function start(options: Options): void;
`,
  'inner.d.ts': `
export interface Options {
    readonly name: string;
}
export interface Kind {
    readonly queue?: string | undefined;
}
export declare class Jobs {
    #private;
    add(kind: Kind, count?: number): import("./inner.ts").Kind;
}
export declare const jobs: Jobs;
`,
};

function apiOf(files: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return publicApi(join(folder, 'index.d.ts'));
}

const changed = (from: string | RegExp, to: string): Record<string, string> =>
  apiOf(Object.fromEntries(Object.entries(before).map(([name, text]) => [name, text.replaceAll(from, to)])));

describe('publicApi', () => {
  it('publicApi lists the exports of an entry by name', () => {
    expect(Object.keys(apiOf(before))).toEqual(['Labels', 'jobs', 'start']);
  });

  it.each([
    ['a comment', 'Starts.', 'Begins.'],
    ['the name of a type that is not exported', /\bOptions\b/g, 'Settings'],
    ['the name of an exported type inside the package', /\bKind\b/g, 'JobLabels'],
    ['the name of a parameter', 'count?', 'howMany?'],
    ['a private member', '    #private;\n', ''],
  ])('publicApi does not depend on %s', (_, from, to) => {
    expect(changed(from, to)).toEqual(apiOf(before));
  });

  it.each([
    ['a member of a type that is not exported', 'readonly name', 'readonly title', ['start']],
    ['a type', 'count?: number', 'count?: string', ['jobs']],
    ['what is optional', 'count?: number', 'count: number', ['jobs']],
    ['an exported name', 'Kind as Labels', 'Kind as JobKind', ['JobKind', 'Labels', 'jobs']],
  ])('publicApi shows a change of %s', (_, from, to, names) => {
    const [was, is] = [apiOf(before), changed(from, to)];
    const differing = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => was[name] !== is[name]);
    expect(differing.toSorted()).toEqual(names);
  });
});

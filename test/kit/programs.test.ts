// A program counts as found only if it and its tools can be used; and a variable hides programs that are found.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isCi } from './ci.ts';
import { lookUp } from './programs.ts';

const HOW_TO_INSTALL = '.ci/install-programs installs it (Debian)';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'promtel-programs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program into the folder that is the search path here. */
function install(name: string, text = '#!/bin/sh\n'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

const redis = (hidden?: string): object => lookUp('redis-server', { PATH: folder, PROMTEL_TEST_HIDE_PROGRAMS: hidden });

describe('a program of the tests', () => {
  it('a program of the tests is found with its tools, by their paths', () => {
    const path = install('redis-server');
    const tool = install('redis-cli', '#!/bin/sh\nexit 1\n');
    expect(redis()).toEqual({ name: 'redis-server', path, tools: { 'redis-cli': tool } });
  });

  it('a program of the tests is missing where it is not installed', () => {
    expect(redis()).toEqual({ missing: `redis-server is not installed; ${HOW_TO_INSTALL}` });
  });

  it('a program of the tests is missing where a tool of it is not installed', () => {
    install('redis-server');
    expect(redis()).toEqual({ missing: `redis-server cannot be used: redis-cli is not installed; ${HOW_TO_INSTALL}` });
  });

  it('a program of the tests is missing where it exits with an error', () => {
    const path = install('redis-server', '#!/bin/sh\nexit 127\n');
    install('redis-cli');
    expect(redis()).toEqual({ missing: `redis-server cannot be used: ${path} --version exits with 127; ${HOW_TO_INSTALL}` });
  });

  it('a program of the tests is missing where a tool of it does not start', () => {
    install('redis-server');
    const tool = install('redis-cli', `#!${folder}/no-such-interpreter\n`);
    expect(redis()).toEqual({ missing: expect.stringContaining(`redis-server cannot be used: ${tool} does not start: `) });
  });

  it.each(['all', 'redis-server', 'postgres,redis-server'])(
    'a program of the tests is missing where it is hidden: %s',
    (hidden) => {
      install('redis-server');
      install('redis-cli');
      expect(redis(hidden)).toEqual({ missing: 'redis-server is hidden by PROMTEL_TEST_HIDE_PROGRAMS' });
      expect(redis('postgres')).toHaveProperty('path');
    },
  );

  it('a program of the tests that is hidden is one that the tests know', () => {
    expect(() => redis('redis')).toThrow(
      /^PROMTEL_TEST_HIDE_PROGRAMS: redis is no program of the tests; give all, or some of promtool, /,
    );
  });
});

it.each([
  [undefined, false],
  ['', false],
  ['0', false],
  ['false', false],
  ['true', true],
  ['1', true],
  ['woodpecker', true],
])('the variable CI says whether this is continuous integration: %s', (value, expected) => {
  expect(isCi({ CI: value })).toBe(expected);
});

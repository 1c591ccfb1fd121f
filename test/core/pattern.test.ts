// Wildcard patterns, compared with regular expressions, and their run time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesAny, matchesPattern } from '../../src/core/pattern.ts';

describe('a pattern', () => {
  it.each([
    ['http.server.request.duration', 'http.server.request.duration', true],
    ['http.server.request.duration', 'http.server.request.duration2', false],
    ['http.server.*', 'http.server.request.duration', true],
    ['http.server.*', 'http.server.', true],
    ['http.server.*', 'http.server', false],
    ['*.duration', 'job.wait.duration', true],
    ['*duration*wait', 'duration.duration.wait', true],
    ['*', '', true],
    ['*', 'anything at all', true],
    ['**', 'x', true],
    ['', '', true],
    ['', 'x', false],
    ['job.????', 'job.wait', true],
    ['job.????', 'job.waits', false],
    ['?', '', false],
    ['?*', 'x', true],
    ['/health*', '/healthz', true],
    ['/users/*/posts', '/users/1/2/posts', true],
    ['a.c', 'abc', false],
    ['*ab', 'aab', true],
    ['*aab*c', 'aaab-c', true],
    ['Job.*', 'job.duration', false],
  ])('pattern %j matches %j: %j', (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it('matchesPattern agrees with the equivalent regular expression', () => {
    const characters = fc.constantFrom('a', 'b', '.', '/', '*', '?');
    fc.assert(
      fc.property(
        fc.string({ unit: characters, maxLength: 8 }),
        fc.string({ unit: characters, maxLength: 12 }),
        (pattern, text) => {
          expect(matchesPattern(pattern, text)).toBe(expressionOf(pattern).test(text));
        },
      ),
    );
  });

  it('matchesPattern is not exponential where naive backtracking is', () => {
    expect(matchesPattern('*a'.repeat(100) + '*b', 'a'.repeat(20_000))).toBe(false);
  });

  it('matchesAny matches one of several patterns', () => {
    expect(matchesAny(['/healthz', '/internal/*'], '/internal/jobs')).toBe(true);
    expect(matchesAny(['/healthz', '/internal/*'], '/users')).toBe(false);
    expect(matchesAny([], '/users')).toBe(false);
  });
});

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .split('')
    .map((character) => ({ '*': '.*', '?': '.', '.': '\\.' })[character] ?? character)
    .join('');
  return new RegExp(`^${source}$`, 's');
}

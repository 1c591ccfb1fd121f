// Versions in ranges, held against comparing the numbers one by one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inRange } from '../../../src/hooks/modules/version-range.ts';

const part = fc.nat({ max: 30 });
const version = fc.tuple(part, part, part);

/** Numbers below 100 in one, so that their order is that of the versions. */
const rank = ([major, minor, patch]: readonly number[]): number => (major! * 100 + minor!) * 100 + patch!;

describe('a range', () => {
  it('holds what lies between its bounds', () => {
    fc.assert(
      fc.property(version, version, version, (candidate, from, below) => {
        const isBetween = rank(candidate) >= rank(from) && rank(candidate) < rank(below);
        expect(inRange(candidate.join('.'), `>=${from.join('.')} <${below.join('.')}`)).toBe(isBetween);
      }),
    );
  });

  it.each([
    ['4.16.0', '>=4.16 <6', true],
    ['4.9.9', '>=4.16 <6', false],
    ['5.99.99', '>=4.16 <6', true],
    ['6.0.0', '>=4.16 <6', false],
    ['v24.1.0', '>=22.15', true],
    ['3.1.0', '>=1 <2 || >=3 <4', true],
    ['2.0.0', '>=1 <2 || >=3 <4', false],
    ['6.0.0-beta.1', '>=4 <6', false],
    ['5.0.0-beta.1', '>=4 <6', true],
    ['no version', '>=4 <6', false],
  ])('has for %s in %s: %s', (candidate, range, isIn) => {
    expect(inRange(candidate, range)).toBe(isIn);
  });

  it('is not written with other operators', () => {
    expect(() => inRange('5.0.0', '^5')).toThrow('^5');
  });
});

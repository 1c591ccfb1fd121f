// Stencils: filled again and again, they hold what the lines would be if they were written anew.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stencil } from '../../../src/exporters/prometheus/line-template.ts';

function fill(stencil: Stencil, values: readonly string[]): Buffer {
  stencil.begin();
  for (const value of values) stencil.put(value);
  stencil.end();
  return stencil.bytes;
}

describe('a stencil', () => {
  it('has the lines as they would be written anew', () => {
    const anyLine = fc.record({
      prefix: fc.string({ unit: fc.constantFrom('a', 'é', '温', '\u{1F600}', ' '), maxLength: 40 }),
      values: fc.array(fc.stringMatching(/^[0-9.e+-]{0,40}$/), { minLength: 4, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 8 }), (lines) => {
        const stencil = new Stencil(lines.map(({ prefix }) => prefix));
        for (let time = 0; time < 4; time += 1) {
          const filled = fill(
            stencil,
            lines.map(({ values }) => values[time]!),
          ).toString();
          expect(filled).toBe(lines.map(({ prefix, values }) => `${prefix}${values[time]}\n`).join(''));
        }
      }),
    );
  });

  it('takes values longer than all that was put together before', () => {
    const stencil = new Stencil(['a ', 'b ']);
    const long = 'x'.repeat(300_000);
    expect(fill(stencil, [long, '2']).toString()).toBe(`a ${long}\nb 2\n`);
    expect(fill(stencil, ['1', long]).toString()).toBe(`a 1\nb ${long}\n`);
  });

  it('leaves alone what it handed out', () => {
    const stencil = new Stencil(['a ']);
    const first = fill(stencil, ['1']);
    fill(stencil, ['2']);
    expect(first.toString()).toBe('a 1\n');
  });
});

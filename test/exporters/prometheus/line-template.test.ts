// Stencils: filled again and again, they hold what the lines would be if they were written anew.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineTemplate } from '../../../src/exporters/prometheus/line-template.ts';

function fill(template: LineTemplate, values: readonly string[]): Buffer {
  template.begin();
  for (const value of values) template.put(value);
  template.end();
  return template.bytes;
}

describe('a template', () => {
  it('has the lines as they would be written anew', () => {
    const anyLine = fc.record({
      prefix: fc.string({ unit: fc.constantFrom('a', 'é', '温', '\u{1F600}', ' '), maxLength: 40 }),
      values: fc.array(fc.stringMatching(/^[0-9.e+-]{0,40}$/), { minLength: 4, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 8 }), (lines) => {
        const template = new LineTemplate(lines.map(({ prefix }) => prefix));
        for (let time = 0; time < 4; time += 1) {
          const filled = fill(
            template,
            lines.map(({ values }) => values[time]!),
          ).toString();
          expect(filled).toBe(lines.map(({ prefix, values }) => `${prefix}${values[time]}\n`).join(''));
        }
      }),
    );
  });

  it('takes values longer than all that was put together before', () => {
    const template = new LineTemplate(['a ', 'b ']);
    const long = 'x'.repeat(300_000);
    expect(fill(template, [long, '2']).toString()).toBe(`a ${long}\nb 2\n`);
    expect(fill(template, ['1', long]).toString()).toBe(`a 1\nb ${long}\n`);
  });

  it('leaves alone what it handed out', () => {
    const template = new LineTemplate(['a ']);
    const first = fill(template, ['1']);
    fill(template, ['2']);
    expect(first.toString()).toBe('a 1\n');
  });
});

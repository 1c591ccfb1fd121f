// The line writer: what it writes as bytes is what joined strings would be, whatever the length and the alphabet.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HistogramCell } from '../../../src/core/recording/cell.ts';
import { Family } from '../../../src/core/recording/family.ts';
import { exemplarText } from '../../../src/exporters/prometheus/exemplar-text.ts';
import { LineWriter } from '../../../src/exporters/prometheus/line-writer.ts';
import { metric } from './sources.ts';

const anyText = fc.string({ unit: fc.constantFrom('a', 'é', '温', '\u{1F600}', ' '), maxLength: 40 });
const anyCounts = fc.array(fc.oneof(fc.nat({ max: 12 }), fc.nat()), { minLength: 3, maxLength: 3 });
const BOUNDS = [0.25, 1];
const CLOSINGS = ['le="0.25"} ', 'le="1"} ', 'le="+Inf"} '];
const EXEMPLAR = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', value: 0.5, timestampSeconds: 1 };

function histogram(counts: readonly number[]): HistogramCell {
  const cell = new Family<HistogramCell>(metric('a', 'histogram', [], { buckets: BOUNDS })).find({});
  for (const [bucket, count] of counts.entries()) cell.counts[bucket] = count;
  return cell;
}

it('LineWriter writes the bytes of the joined strings, also without an earlier writing that was given up', () => {
  const writer = new LineWriter();
  const anyLine = fc.oneof(anyText, fc.record({ prefix: anyText, counts: anyCounts, hasExemplars: fc.boolean() }));
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 8 }), anyText, (lines, givenUp) => {
      writer.begin();
      writer.write(givenUp);
      writer.begin();
      let expected = '';
      for (const line of lines) {
        if (typeof line === 'string') {
          writer.write(line);
          expected += line;
          continue;
        }
        const exemplars = line.hasExemplars ? [undefined, EXEMPLAR, EXEMPLAR] : undefined;
        const total = writer.writeBuckets(
          line.prefix,
          CLOSINGS.map((text) => Buffer.from(text)),
          histogram(line.counts),
          exemplars,
        );
        let sum = 0;
        for (const [bucket, count] of line.counts.entries()) {
          sum += count;
          expected += `${line.prefix}${CLOSINGS[bucket]}${sum}${exemplarText(exemplars?.[bucket])}\n`;
        }
        expect(total).toBe(sum);
      }
      expect(writer.end().toString()).toBe(expected);
    }),
  );
});

it('LineWriter writes blocks larger than its buffer, and bytes handed out are not changed later', () => {
  const writer = new LineWriter();
  const write = (character: string): Buffer => {
    writer.begin();
    for (let line = 0; line < 100; line += 1) writer.write(`${character.repeat(3000)}\n`);
    return writer.end();
  };
  const first = write('x');
  write('y');
  expect(first.toString()).toBe(`${'x'.repeat(3000)}\n`.repeat(100));
});

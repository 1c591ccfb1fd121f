// The sample lines of promtel's own series, a block of them at a time.
import type { Cell } from '../../core/recording/cell.ts';
import type { Family } from '../../core/recording/family.ts';
import { exemplarText } from './exemplar-text.ts';
import {
  bucketPrefix,
  type HistogramTemplate,
  histogramTemplate,
  linePrefix,
  type LineTemplate,
  lineTemplate,
} from './line-template.ts';
import { LineWriter } from './line-writer.ts';
import type { Naming, Scope } from './naming.ts';
import { SeriesLabels } from './series-labels.ts';

const writer = new LineWriter();

/** Writes blocks of one family, whose labels have to be distinct. */
export class BlockText {
  readonly #labels: SeriesLabels;
  readonly #line: LineTemplate;
  readonly #histogram: HistogramTemplate;
  readonly #closings: readonly Uint8Array[];

  constructor(family: Family, name: string, naming: Naming, scope: Scope) {
    this.#labels = new SeriesLabels(family, naming, scope);
    this.#line = lineTemplate(name);
    this.#histogram = histogramTemplate(name, family.buckets, naming.syntax);
    this.#closings = this.#histogram.closings.map((closing) => Buffer.from(closing));
  }

  bytesOf(cells: readonly Cell[], overflow: Cell | undefined, hasExemplars: boolean): Buffer {
    writer.begin();
    for (const cell of cells) {
      const labels = cell === overflow ? this.#labels.overflow : this.#labels.textOf(cell);
      if (cell.kind === 'histogram') {
        const { sum, count } = this.#histogram;
        const exemplars = hasExemplars ? cell.exemplars : undefined;
        const total = writer.writeBuckets(bucketPrefix(this.#histogram, labels), this.#closings, cell, exemplars);
        writer.write(`${linePrefix(sum, labels)}${cell.sum}\n${linePrefix(count, labels)}${total}\n`);
      } else {
        const exemplar = hasExemplars && cell.kind === 'counter' ? exemplarText(cell.exemplar) : '';
        writer.write(`${linePrefix(this.#line, labels)}${cell.value}${exemplar}\n`);
      }
    }
    return writer.end();
  }
}

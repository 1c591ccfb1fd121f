// Writes a family of promtel's own cells, and only those blocks again that recorded since they were last written.
import type { Block } from '../../core/recording/block.ts';
import type { Cell, HistogramCell } from '../../core/recording/cell.ts';
import { type Family, OVERFLOW_ATTRIBUTE } from '../../core/recording/family.ts';
import { exemplarText } from './exemplar-text.ts';
import { type FamilyIdentity, identityOf, openMetricsBase } from './identity.ts';
import { LineTemplate } from './line-template.ts';
import type { Scope, Naming } from './naming.ts';
import { isPlainScale, onPlainScale, type PointValue } from './point.ts';
import { histogramPrefixes, labelsText, linePrefix } from './text.ts';

interface WrittenBlock {
  readonly layout: number;
  readonly template: LineTemplate;
}

export class CellFamily {
  readonly identity: FamilyIdentity;
  /**
   * Whether series by series the text can be remembered. It cannot where two attributes become one label, since then two
   * series may become one, or where the operator gave bounds that are no scale.
   */
  readonly isPlain: boolean;

  readonly #family: Family;
  readonly #naming: Naming;
  readonly #scope: Scope;
  readonly #bit: number;
  readonly #written: (WrittenBlock | undefined)[] = [];
  /** Whether exemplars are among what was written. */
  #hasExemplars = false;

  /** `bit` is the reader's bit of `Block.changed`; with 0 every block is written anew. */
  constructor(family: Family, naming: Naming, scope: Scope, bit: number) {
    const { name, unit, brief: description, instrument: kind } = family.definition;
    this.#family = family;
    this.#naming = naming;
    this.#scope = scope;
    this.#bit = bit;
    this.identity = identityOf({ name, unit, description, kind }, naming);
    this.isPlain = isPlainScale(family.buckets) && this.#hasDistinctLabels();
  }

  /** Goes up whenever a series joins or leaves. */
  get layout(): number {
    let layout = 0;
    for (const block of this.#family.blocks) layout += block.layout;
    return layout;
  }

  /** The lines of the series, block by block; as what they are shown decides whether they may have exemplars. */
  *chunks(shownAs: FamilyIdentity): Generator<Buffer, void, void> {
    const hasExemplars =
      this.#naming.syntax === 'openmetrics' && (shownAs.kind === 'histogram' || openMetricsBase(shownAs) !== undefined);
    if (hasExemplars !== this.#hasExemplars) this.#written.length = 0;
    this.#hasExemplars = hasExemplars;
    for (const [index, block] of this.#family.blocks.entries()) {
      if (block.cells.length > 0) yield this.#bytesOf(block, index);
    }
  }

  /** The series as points, labels as they stand on the page. */
  *points(): Generator<[labels: string, value: PointValue], void, void> {
    for (const { cells } of this.#family.blocks) {
      for (const cell of cells) yield [this.#labelsOf(cell), valueOf(cell)];
    }
  }

  #hasDistinctLabels(): boolean {
    const { keys, definition } = this.#family;
    const attributes = Object.fromEntries([...keys, OVERFLOW_ATTRIBUTE].map((key) => [key, 'any']));
    const labels = this.#naming.labels(attributes, definition.instrument, this.#scope);
    return labels.size === this.#naming.expectedLabels(attributes, this.#scope);
  }

  #labelsOf(cell: Cell): string {
    const { definition } = this.#family;
    return labelsText(this.#naming.labels(this.#family.attributesOf(cell), definition.instrument, this.#scope));
  }

  #bytesOf(block: Block, index: number): Buffer {
    const known = this.#written[index];
    const isKnown = known !== undefined && known.layout === block.layout;
    if (isKnown && this.#bit !== 0 && (block.changed & this.#bit) === 0) return known.template.bytes;
    const written = isKnown
      ? known
      : { layout: block.layout, template: new LineTemplate(block.cells.flatMap((cell) => this.#prefixesOf(cell))) };
    // A filling that fails half-way must not be taken for a whole one.
    this.#written[index] = undefined;
    block.changed &= ~this.#bit;
    this.#fill(written.template, block.cells);
    this.#written[index] = written;
    return written.template.bytes;
  }

  #prefixesOf(cell: Cell): string[] {
    const { name } = this.identity;
    const labels = this.#labelsOf(cell);
    if (cell.kind !== 'histogram') return [linePrefix(name, labels)];
    return histogramPrefixes(name, labels, cell.bounds, this.#naming.syntax);
  }

  #fill(template: LineTemplate, cells: readonly Cell[]): void {
    template.begin();
    for (const cell of cells) {
      if (cell.kind === 'histogram') this.#putHistogram(template, cell);
      else if (this.#hasExemplars && cell.kind === 'counter') template.put(`${cell.value}${exemplarText(cell.exemplar)}`);
      else template.put(`${cell.value}`);
    }
    template.end();
  }

  #putHistogram(template: LineTemplate, { counts, sum, exemplars }: HistogramCell): void {
    const withExemplars = this.#hasExemplars && exemplars !== undefined;
    let count = 0;
    for (let bucket = 0; bucket < counts.length; bucket += 1) {
      count += counts[bucket]!;
      template.put(withExemplars ? `${count}${exemplarText(exemplars[bucket])}` : `${count}`);
    }
    template.put(`${sum}`);
    template.put(`${count}`);
  }
}

function valueOf(cell: Cell): PointValue {
  return cell.kind === 'histogram' ? onPlainScale(cell) : cell.value;
}

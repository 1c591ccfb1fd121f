// Writes a family of promtel's own cells. Text is kept while there is room, and written again only where series recorded.
import type { Block } from '../../core/recording/block.ts';
import type { Cell } from '../../core/recording/cell.ts';
import { type Family, OVERFLOW_ATTRIBUTE } from '../../core/recording/family.ts';
import { BlockText } from './block-text.ts';
import { type FamilyIdentity, identityOf, openMetricsBase } from './identity.ts';
import type { Naming, Scope } from './naming.ts';
import { isPlainScale, onPlainScale, type PointValue } from './point.ts';
import type { TextShare } from './text-budget.ts';
import { labelsText } from './text.ts';

export class CellFamily {
  readonly identity: FamilyIdentity;
  /**
   * Whether each series can be written by itself. Otherwise all of them become points first: where two attributes become one label,
   * two series may be one on the page, and bounds that do not rise have to be put in order.
   */
  readonly canWriteSeriesAlone: boolean;

  readonly #family: Family;
  readonly #naming: Naming;
  readonly #scope: Scope;
  readonly #readerBit: number;
  readonly #share: TextShare;
  readonly #kept = new Map<Block, Buffer>();
  /** Made when the family is first written. */
  #text: BlockText | undefined = undefined;
  /** Whether exemplars are among what is kept. */
  #hasExemplars = false;

  /** `readerBit` is the bit of `Block.changed` for this format; with 0 nothing is kept. */
  constructor(family: Family, naming: Naming, scope: Scope, readerBit: number, share: TextShare) {
    const { name, unit, brief: description, instrument: kind } = family.definition;
    this.#family = family;
    this.#naming = naming;
    this.#scope = scope;
    this.#readerBit = readerBit;
    this.#share = share;
    this.identity = identityOf({ name, unit, description, kind }, naming);
    this.canWriteSeriesAlone = isPlainScale(family.buckets) && this.#hasDistinctLabels();
  }

  /**
   * The lines of the series that there are when the first block is written, block by block: one that leaves and comes back
   * meanwhile is not doubled. The identity that they are shown with decides whether they may have exemplars.
   */
  *chunks(shownAs: FamilyIdentity): Generator<Buffer, void, void> {
    const hasExemplars =
      this.#naming.syntax === 'openmetrics' && (shownAs.kind === 'histogram' || openMetricsBase(shownAs) !== undefined);
    if (hasExemplars !== this.#hasExemplars) this.drop();
    this.#hasExemplars = hasExemplars;
    const { overflow } = this.#family;
    const blocks = this.#family.blocks.map((block) => ({ block, cells: block.cells }));
    for (const { block, cells } of blocks) {
      if (cells.length > 0) yield this.#bytesOf(block, cells, overflow);
      else this.#forget(block);
    }
  }

  /** The series as points, with their labels as on the page. */
  *points(): Generator<[labels: string, value: PointValue], void, void> {
    const { definition, blocks } = this.#family;
    for (const { cells } of blocks) {
      for (const cell of cells) {
        const labels = this.#naming.labels(this.#family.attributesOf(cell), definition.instrument, this.#scope);
        yield [labelsText(labels), valueOf(cell)];
      }
    }
  }

  /** Frees all text that is kept. */
  drop(): void {
    for (const block of this.#kept.keys()) this.#forget(block);
  }

  #hasDistinctLabels(): boolean {
    const { keys, definition } = this.#family;
    const attributes = Object.fromEntries([...keys, OVERFLOW_ATTRIBUTE].map((key) => [key, 'any']));
    const labels = this.#naming.labels(attributes, definition.instrument, this.#scope);
    return labels.size === this.#naming.expectedLabels(attributes, this.#scope);
  }

  #bytesOf(block: Block, cells: readonly Cell[], overflow: Cell | undefined): Buffer {
    const kept = this.#kept.get(block);
    if (kept !== undefined && (block.changed & this.#readerBit) === 0) return kept;
    this.#forget(block);
    // Text of cells that the block had a moment ago, and has no more, is not kept for the next page.
    const isKeepable = this.#readerBit !== 0 && block.cells === cells;
    if (isKeepable) block.changed &= ~this.#readerBit;
    this.#text ??= new BlockText(this.#family, this.identity.name, this.#naming, this.#scope);
    const bytes = this.#text.bytesOf(cells, overflow, this.#hasExemplars);
    if (isKeepable && this.#share.keep(bytes)) this.#kept.set(block, bytes);
    return bytes;
  }

  #forget(block: Block): void {
    const kept = this.#kept.get(block);
    if (kept === undefined) return;
    this.#kept.delete(block);
    this.#share.release(kept);
  }
}

function valueOf(cell: Cell): PointValue {
  return cell.kind === 'histogram' ? onPlainScale(cell) : cell.value;
}

// The label text of promtel's own series: names are translated and escaped once, values whenever a series is written.
import type { Cell } from '../../core/recording/cell.ts';
import { type Family, OVERFLOW_ATTRIBUTE } from '../../core/recording/family.ts';
import type { Naming, Scope } from './naming.ts';
import { escapeQuoted, labelOpening, labelsText } from './text.ts';

/** A label up to its value, and the escaped value of all series or the index of the value in those of a cell. */
interface LabelTemplate {
  readonly opening: string;
  readonly value: string | number;
}

/** For a family whose attributes all become labels of their own, which no constant label has the name of. */
export class SeriesLabels {
  readonly #templates: readonly LabelTemplate[];
  /** The text of the overflow series. */
  readonly overflow: string;

  constructor(family: Family, naming: Naming, scope: Scope) {
    const kind = family.definition.instrument;
    const constants = naming.labels({}, kind, scope);
    const templates: LabelTemplate[] = [
      ...Array.from(constants, ([name, value]) => ({ opening: labelOpening(name), value: escapeQuoted(value) })),
      ...family.keys.map((key, index) => ({ opening: labelOpening(naming.labelName(key, kind)), value: index })),
    ];
    // No opening is the beginning of another, so that this is also the order of whole labels.
    this.#templates = templates.toSorted((a, b) => (a.opening < b.opening ? -1 : 1));
    this.overflow = labelsText(naming.labels({ [OVERFLOW_ATTRIBUTE]: true }, kind, scope));
  }

  textOf({ values }: Cell): string {
    let text = '';
    for (const { opening, value } of this.#templates) {
      const part = typeof value === 'string' ? value : values[value];
      if (part === undefined) continue;
      if (text !== '') text += ',';
      text += `${opening}${typeof value === 'string' ? part : escapeQuoted(`${part}`)}"`;
    }
    return text;
  }
}

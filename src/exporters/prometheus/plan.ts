// Plans the families of a page: every name once, whoever records it, and nothing that a parser would reject.
import { reportProblem } from '../../core/problem.ts';
import type { CellFamily } from './cell-family.ts';
import type { Syntax } from './format.ts';
import { type FamilyIdentity, isSameMetric, namesTakenInOpenMetrics, takenNames, typeOf } from './identity.ts';
import { addPoint, type PointFamily, type Points } from './point.ts';

/** A family of the page: series of promtel's own cells, series as points, or both. */
export interface PlannedFamily {
  readonly identity: FamilyIdentity;
  readonly cells: CellFamily | undefined;
  readonly points: Points;
}

/** Families in the order of precedence: the first one with a name keeps it. */
export class Plan {
  /** Families that were left out. */
  droppedFamilies = 0;
  /** Series that were left out. */
  droppedSeries = 0;

  readonly #syntax: Syntax;
  readonly #families: PlannedFamily[] = [];
  readonly #takenBy = new Map<string, PlannedFamily>();
  /** The labels of series from cells, needed only where points are in the same family. */
  readonly #cellLabels = new Map<PlannedFamily, ReadonlySet<string>>();

  constructor(syntax: Syntax) {
    this.#syntax = syntax;
  }

  /** The families, sorted by name. */
  get families(): readonly PlannedFamily[] {
    const families = this.#syntax === 'openmetrics' ? this.#withDistinctNames() : this.#families;
    return families.toSorted((a, b) => (a.identity.name < b.identity.name ? -1 : 1));
  }

  addCells(cells: CellFamily): void {
    if (cells.canWriteSeriesAlone && this.#take({ identity: cells.identity, cells, points: new Map() })) return;
    const points: Points = new Map();
    for (const [labels, value] of cells.points()) addPoint(points, labels, value, cells.identity);
    this.addPoints({ identity: cells.identity, points, dropped: 0 });
  }

  addPoints({ identity, points, dropped }: PointFamily): void {
    if (dropped > 0) this.#dropSeries(identity, dropped);
    if (this.#take({ identity, points, cells: undefined })) return;
    const holder = this.#takenBy.get(identity.name);
    if (holder !== undefined && isSameMetric(holder.identity, identity)) this.#merge(holder, identity, points);
    else this.#dropFamily(identity);
  }

  /** OpenMetrics calls the counter `jobs_total` by `jobs`. Where that is a gauge, the counter keeps its series but not its type. */
  #withDistinctNames(): PlannedFamily[] {
    const taken = new Set(this.#takenBy.keys());
    return this.#families.map((family) => {
      const { identity } = family;
      const names = namesTakenInOpenMetrics(identity);
      if (names.some((name) => taken.has(name)))
        return { ...family, identity: { ...identity, kind: 'unknown', unitText: undefined } };
      for (const name of names) taken.add(name);
      return family;
    });
  }

  /** Adds a family if none of the names that it needs is taken. */
  #take(family: PlannedFamily): boolean {
    const names = takenNames(family.identity);
    if (names.some((name) => this.#takenBy.has(name))) return false;
    for (const name of names) this.#takenBy.set(name, family);
    this.#families.push(family);
    return true;
  }

  #merge(holder: PlannedFamily, identity: FamilyIdentity, points: Points): void {
    const cellLabels = this.#cellLabelsOf(holder);
    let dropped = 0;
    for (const [labels, value] of points) {
      if (cellLabels.has(labels) || !addPoint(holder.points, labels, value, identity)) dropped += 1;
    }
    if (dropped > 0) this.#dropSeries(identity, dropped);
  }

  #cellLabelsOf(holder: PlannedFamily): ReadonlySet<string> {
    let labels = this.#cellLabels.get(holder);
    if (labels === undefined) {
      labels = new Set(Array.from(holder.cells?.points() ?? [], ([text]) => text));
      this.#cellLabels.set(holder, labels);
    }
    return labels;
  }

  #dropSeries({ source, name }: FamilyIdentity, count: number): void {
    this.droppedSeries += count;
    const causes = 'they are there already, or are a counter that is negative or no number, or have other bounds';
    reportProblem(source, `has series that cannot be shown as ${name} on the metrics page: ${causes}`);
  }

  #dropFamily(identity: FamilyIdentity): void {
    const other = takenNames(identity).flatMap((name) => this.#takenBy.get(name)?.identity ?? [])[0];
    this.droppedFamilies += 1;
    const what = `${typeOf(identity)} ${identity.name}`;
    const whose = other === undefined ? '' : `${typeOf(other)} ${other.name} of ${other.source}`;
    reportProblem(
      identity.source,
      `would be the ${what} on the metrics page, where the ${whose} is; it is left out. Rename one of them`,
    );
  }
}

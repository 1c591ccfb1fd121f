// The tables of the generated references without their prose: what an application, a dashboard or a deployment relies on.

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

/** Columns of text for people, and one that has come since. */
const NOT_COMPARED = new Set(['What it is', 'Purpose', 'Across processes']);

/** All rows of the tables whose first column is called so, by the first cell of each. */
export function rowsOf(page: string, firstColumn: string): Record<string, Row> {
  const rows: Record<string, Row> = {};
  let columns: readonly string[] = [];
  for (const line of page.split('\n')) {
    const [first, ...rest] = cellsOf(line);
    if (first === undefined) columns = [];
    else if (columns.length === 0) columns = [first, ...rest];
    else if (columns[0] === firstColumn && !/^-+$/.test(first)) {
      rows[first] = Object.fromEntries(
        rest.map((cell, index) => [columns[index + 1]!, cell] as const).filter(([column]) => !NOT_COMPARED.has(column)),
      );
    }
  }
  return rows;
}

/** The cells of a line of a table; none if it is not of a table. */
function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

// Formats findings as Markdown tables, aligned for the terminal and for the results page.
import { type Benchmark, type Findings, type Goal, isMet, rounded, type Table } from './benchmark.ts';

export interface Report {
  readonly benchmark: Benchmark;
  readonly findings: Findings;
}

export function formatTable({ columns, rows }: Table): string {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => pad(cell, widths[index]!, index)).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(columns), rule, ...rows.map(line)].join('\n');
}

export function formatGoals(goals: readonly Goal[]): string {
  const rows = goals.map((goal) => {
    const { subject, actual, sense, limit, unit } = goal;
    return [subject, `${sense} ${limit}${unit}`, `${rounded(actual)}${unit}`, isMet(goal) ? 'met' : 'MISSED'];
  });
  return formatTable({ columns: ['', 'goal', 'measured', ''], rows });
}

/** The report of one benchmark in the terminal. */
export function formatReport({ benchmark, findings }: Report): string {
  const tables = [findings.ratios, ...findings.absolute].map(formatTable);
  const goals = findings.goals.length === 0 ? [] : [formatGoals(findings.goals)];
  return [`# ${benchmark.title}`, ...tables, ...goals].join('\n\n');
}

/** The results page: goals and ratios first, since they are comparable across machines; then absolute figures. */
export function formatPage(reports: readonly Report[], circumstances: string): string {
  const parts = [
    '# What promtel costs',
    'Written by `npm run bench`. Figures are medians of interleaved rounds, with the middle half of the rounds in brackets.',
    circumstances,
    '## Goals',
    formatGoals(reports.flatMap(({ findings }) => findings.goals)),
    '## Ratios',
    ...reports.flatMap(({ benchmark, findings }) => [`### ${benchmark.title}`, benchmark.method, formatTable(findings.ratios)]),
    '## Absolute figures',
    ...reports.flatMap(({ benchmark, findings }) => [`### ${benchmark.title}`, ...findings.absolute.map(formatTable)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function pad(text: string, width: number, index: number): string {
  return index === 0 ? text.padEnd(width) : text.padStart(width);
}

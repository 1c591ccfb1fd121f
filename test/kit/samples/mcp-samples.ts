// The operations and sessions of MCP that were measured, as a count for each series.
import type { MeasuredSeries } from './samples.ts';

const DIRECTIONS: Readonly<Record<string, string>> = {
  'mcp.client.operation.duration': 'sent',
  'mcp.server.operation.duration': 'served',
};

const SESSIONS: Readonly<Record<string, string>> = {
  'mcp.client.session.duration': 'client ended',
  'mcp.server.session.duration': 'server ended',
};

/** The count of operations by direction, method, tool or prompt, and error, such as `sent tools/call add`. */
export function operationsOf(samples: readonly MeasuredSeries[]): Record<string, number> {
  return countsBy(samples, ({ name, attributes }) => {
    const named = attributes['gen_ai.tool.name'] ?? attributes['gen_ai.prompt.name'];
    return DIRECTIONS[name] && wordsOf(DIRECTIONS[name], attributes['mcp.method.name'], named, attributes['error.type']);
  });
}

/** The count of ended sessions by side and error, and of open ones by side. */
export function sessionsOf(samples: readonly MeasuredSeries[]): Record<string, number> {
  return countsBy(samples, ({ name, attributes }) =>
    name === 'mcp.active_sessions'
      ? wordsOf(attributes['mcp.role'], 'open')
      : SESSIONS[name] && wordsOf(SESSIONS[name], attributes['error.type']),
  );
}

function countsBy(
  samples: readonly MeasuredSeries[],
  lineOf: (sample: MeasuredSeries) => string | undefined,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const sample of samples) {
    const line = lineOf(sample);
    if (line !== undefined) counts[line] = (counts[line] ?? 0) + sample.value;
  }
  return counts;
}

function wordsOf(...words: readonly unknown[]): string {
  return words.filter((word) => typeof word === 'string').join(' ');
}

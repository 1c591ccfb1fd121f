// What was measured of MCP, in short: one line for each series of operations or sessions, with its count.

/** A sample, or a point of an export. */
interface Reading {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
}

const DIRECTIONS: Readonly<Record<string, string>> = {
  'mcp.client.operation.duration': 'asked',
  'mcp.server.operation.duration': 'served',
};

const SESSIONS: Readonly<Record<string, string>> = {
  'mcp.client.session.duration': 'client ended',
  'mcp.server.session.duration': 'server ended',
};

/** The count of operations by direction, method, tool or prompt, and error, such as `asked tools/call add`. */
export function operationsOf(readings: readonly Reading[]): Record<string, number> {
  return countsBy(readings, ({ name, attributes }) => {
    const named = attributes['gen_ai.tool.name'] ?? attributes['gen_ai.prompt.name'];
    return DIRECTIONS[name] && wordsOf(DIRECTIONS[name], attributes['mcp.method.name'], named, attributes['error.type']);
  });
}

/** The count of ended sessions by side and error, and of open ones by side. */
export function sessionsOf(readings: readonly Reading[]): Record<string, number> {
  return countsBy(readings, ({ name, attributes }) =>
    name === 'mcp.active_sessions'
      ? wordsOf(attributes['mcp.role'], 'open')
      : SESSIONS[name] && wordsOf(SESSIONS[name], attributes['error.type']),
  );
}

function countsBy(readings: readonly Reading[], lineOf: (reading: Reading) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reading of readings) {
    const line = lineOf(reading);
    if (line !== undefined) counts[line] = (counts[line] ?? 0) + reading.value;
  }
  return counts;
}

function wordsOf(...words: readonly unknown[]): string {
  return words.filter((word) => typeof word === 'string').join(' ');
}

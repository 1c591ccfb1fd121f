// What was measured of MCP, in short: one line for each series of operations or sessions, with its count.
import type { Sample } from '../../src/sample.ts';

/** The count of each series by direction, method, tool or prompt, and error, such as `asked tools/call add`. */
export function operationsOf(samples: readonly Sample[]): Record<string, number> {
  const lines = samples.flatMap(({ name, attributes, value }): [string, number][] => {
    const direction = DIRECTIONS[name];
    if (direction === undefined) return [];
    const named = attributes['gen_ai.tool.name'] ?? attributes['gen_ai.prompt.name'];
    const words = [direction, attributes['mcp.method.name'], named, attributes['error.type']];
    return [[words.filter((word) => word !== undefined).join(' '), value]];
  });
  const counts: Record<string, number> = {};
  for (const [line, count] of lines) counts[line] = (counts[line] ?? 0) + count;
  return counts;
}

const DIRECTIONS: Readonly<Record<string, string>> = {
  'mcp.client.operation.duration': 'asked',
  'mcp.server.operation.duration': 'served',
};

/** The counts of ended sessions by side and error, and of open ones by side. */
export function sessionsOf(samples: readonly Sample[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name, attributes, value } of samples) {
    const side = /^mcp\.(client|server)\.session/.exec(name)?.[1];
    const line =
      side !== undefined
        ? `${side} ended${attributes['error.type'] === undefined ? '' : ` ${attributes['error.type']}`}`
        : name === 'mcp.active_sessions'
          ? `${attributes['mcp.role']} open`
          : undefined;
    if (line !== undefined) counts[line] = (counts[line] ?? 0) + value;
  }
  return counts;
}

// Tools, agents and MCP: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const tools: RuleArea = {
  area: 'tools',
  title: 'Tools, agents and MCP',
  groups: () => [],
};

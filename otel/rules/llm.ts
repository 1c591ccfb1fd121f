// LLM calls: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const llm: RuleArea = {
  area: 'llm',
  title: 'LLM calls',
  groups: () => [],
};

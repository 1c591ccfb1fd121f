// Node.js, process and host: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const runtime: RuleArea = {
  area: 'runtime',
  title: 'Node.js, process and host',
  groups: () => [],
};

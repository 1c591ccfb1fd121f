// Databases: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const db: RuleArea = {
  area: 'db',
  title: 'Databases',
  groups: () => [],
};

// Caches: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const cache: RuleArea = {
  area: 'cache',
  title: 'Caches',
  groups: () => [],
};

// promtel itself: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const self: RuleArea = {
  area: 'self',
  title: 'promtel itself',
  groups: () => [],
};

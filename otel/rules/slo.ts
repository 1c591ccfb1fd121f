// Service level objectives: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const slo: RuleArea = {
  area: 'slo',
  title: 'Service level objectives',
  groups: () => [],
};

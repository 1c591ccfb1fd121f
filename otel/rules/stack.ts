// The monitoring stack and its services: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const stack: RuleArea = {
  area: 'stack',
  title: 'The monitoring stack and its services',
  groups: () => [],
};

// Pipelines: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const pipeline: RuleArea = {
  area: 'pipeline',
  title: 'Pipelines',
  groups: () => [],
};

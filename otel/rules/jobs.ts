// Jobs and queues: recording rules, alerts and their runbooks.
import type { RuleArea } from './rule.ts';

export const jobs: RuleArea = {
  area: 'jobs',
  title: 'Jobs and queues',
  groups: () => [],
};

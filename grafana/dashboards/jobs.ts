// The dashboard "Jobs and queues": whether queues are worked on in time, how jobs end and how long they take, and the workers.
import { queueName } from '../../src/catalog/attributes.ts';
import { queueJobs } from '../../src/catalog/jobs.ts';
import { labelName, makePromql } from '../../src/core/naming/promql.ts';
import type { Dashboard } from '../kit/dashboard.ts';
import { attempts } from './jobs/attempts.ts';
import { details } from './jobs/details.ts';
import { glance } from './jobs/glance.ts';
import { queues } from './jobs/queues.ts';

export const jobs: Dashboard = {
  area: 'jobs',
  title: 'Jobs and queues',
  description:
    'Queues and the workers behind them. One process reads a queue for all, so select all services to see how many jobs wait.',
  variables: [{ name: 'queue', label: 'Queue', series: makePromql().value(queueJobs), from: labelName(queueName) }],
  rows: (promql) => [glance(promql), queues(promql), attempts(promql), details(promql)],
};

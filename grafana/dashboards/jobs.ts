// The dashboard "Jobs and queues".
import type { Dashboard } from '../kit/dashboard.ts';

export const jobs: Dashboard = {
  area: 'jobs',
  title: 'Jobs and queues',
  description: '',
  rows: () => [],
};

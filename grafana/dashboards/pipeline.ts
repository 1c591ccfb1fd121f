// The dashboard "Pipelines".
import type { Dashboard } from '../kit/dashboard.ts';

export const pipeline: Dashboard = {
  area: 'pipeline',
  title: 'Pipelines',
  description: '',
  rows: () => [],
};

// The dashboard "Monitoring stack".
import type { Dashboard } from '../kit/dashboard.ts';

export const stack: Dashboard = {
  area: 'stack',
  title: 'Monitoring stack',
  description: '',
  rows: () => [],
};

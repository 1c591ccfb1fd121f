// The dashboard "Service level objectives".
import type { Dashboard } from '../kit/dashboard.ts';

export const slo: Dashboard = {
  area: 'slo',
  title: 'Service level objectives',
  description: '',
  rows: () => [],
};

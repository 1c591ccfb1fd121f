// The dashboard "Overview".
import type { Dashboard } from '../kit/dashboard.ts';

export const overview: Dashboard = {
  area: 'overview',
  title: 'Overview',
  description: '',
  rows: () => [],
};

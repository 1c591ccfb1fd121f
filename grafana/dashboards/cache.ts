// The dashboard "Caches".
import type { Dashboard } from '../kit/dashboard.ts';

export const cache: Dashboard = {
  area: 'cache',
  title: 'Caches',
  description: '',
  rows: () => [],
};

// The dashboard "Databases".
import type { Dashboard } from '../kit/dashboard.ts';

export const db: Dashboard = {
  area: 'db',
  title: 'Databases',
  description: '',
  rows: () => [],
};

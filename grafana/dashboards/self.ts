// The dashboard "promtel itself".
import type { Dashboard } from '../kit/dashboard.ts';

export const self: Dashboard = {
  area: 'self',
  title: 'promtel itself',
  description: '',
  rows: () => [],
};

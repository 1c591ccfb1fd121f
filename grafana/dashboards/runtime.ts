// The dashboard "Runtime and host".
import type { Dashboard } from '../kit/dashboard.ts';

export const runtime: Dashboard = {
  area: 'runtime',
  title: 'Runtime and host',
  description: '',
  rows: () => [],
};

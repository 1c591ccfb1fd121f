// The dashboard "Tools and agents".
import type { Dashboard } from '../kit/dashboard.ts';

export const tools: Dashboard = {
  area: 'tools',
  title: 'Tools and agents',
  description: '',
  rows: () => [],
};

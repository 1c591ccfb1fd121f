// The dashboard "LLM calls".
import type { Dashboard } from '../kit/dashboard.ts';

export const llm: Dashboard = {
  area: 'llm',
  title: 'LLM calls',
  description: '',
  rows: () => [],
};

// Loads files of this folder when they are needed, which in most processes is later than at their start, or never.
import { loadModule } from '../core/load-module.ts';
import type * as catalog from './catalog.ts';
import type * as metricsPage from './metrics-page.ts';

export const loadCatalog = () => loadModule('./catalog.js', import.meta.url) as typeof catalog;
export const loadMetricsPage = () => loadModule('./metrics-page.js', import.meta.url) as typeof metricsPage;

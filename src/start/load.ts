// Loads files of this folder when they are needed, which in most processes is later than at their start, or never.
import { createRequire } from 'node:module';
import type * as catalog from './catalog.ts';
import type * as metricsPage from './metrics-page.ts';

const require = createRequire(import.meta.url);

export const loadCatalog = (): typeof catalog => require('./catalog.js');
export const loadMetricsPage = (): typeof metricsPage => require('./metrics-page.js');

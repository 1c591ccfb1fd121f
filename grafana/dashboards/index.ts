// All dashboards, in the order of the list. A dashboard that is added is listed here.
import type { Dashboard } from '../kit/dashboard.ts';
import { http } from './http.ts';
import { jobs } from './jobs.ts';

export const DASHBOARDS: readonly Dashboard[] = [http, jobs];

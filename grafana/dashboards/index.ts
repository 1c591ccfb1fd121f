// All dashboards, in the order of the list. A dashboard that is added is listed here.
import type { Dashboard } from '../kit/dashboard.ts';
import { cache } from './cache.ts';
import { db } from './db.ts';
import { http } from './http.ts';
import { jobs } from './jobs.ts';
import { llm } from './llm.ts';
import { overview } from './overview.ts';
import { pipeline } from './pipeline.ts';
import { runtime } from './runtime.ts';
import { self } from './self.ts';
import { slo } from './slo.ts';
import { stack } from './stack.ts';
import { tools } from './tools.ts';

export const DASHBOARDS: readonly Dashboard[] = [
  overview,
  http,
  jobs,
  cache,
  llm,
  tools,
  db,
  pipeline,
  runtime,
  slo,
  self,
  stack,
];

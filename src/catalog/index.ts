// The catalogue: every metric that promtel declares, in one list. A new metric is added to its file and is here.
import type { MetricDefinition } from '../core/metric.ts';
import * as http from './http.ts';
import * as process from './process.ts';
import * as runtime from './runtime.ts';
import * as self from './self.ts';
import * as system from './system.ts';

export const CATALOG: readonly MetricDefinition[] = [http, runtime, process, system, self].flatMap((file) =>
  Object.values<MetricDefinition>(file),
);

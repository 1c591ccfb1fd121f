// The catalogue: every metric that promtel declares, by area. A new metric is added to its area's file and is here.
import type { MetricDefinition } from '../core/metric.ts';
import * as agents from './agents.ts';
import * as cache from './cache.ts';
import * as db from './db.ts';
import * as http from './http.ts';
import * as jobs from './jobs.ts';
import * as llmLatest from './llm-latest.ts';
import * as llm from './llm.ts';
import * as mcp from './mcp.ts';
import * as pipeline from './pipeline.ts';
import * as process from './process.ts';
import * as runtime from './runtime.ts';
import * as self from './self.ts';
import * as system from './system.ts';
import * as tools from './tools.ts';
import * as usage from './usage.ts';

/** The areas by their titles in the reference, in its order. */
export const AREAS: Readonly<Record<string, readonly MetricDefinition[]>> = {
  HTTP: Object.values(http),
  'Jobs and queues': Object.values(jobs),
  Caches: Object.values(cache),
  Databases: Object.values(db),
  'LLM calls': Object.values(llm),
  'LLM calls by their latest names': Object.values(llmLatest),
  Tools: Object.values(tools),
  Agents: Object.values(agents),
  Usage: Object.values(usage),
  MCP: Object.values(mcp),
  Pipelines: Object.values(pipeline),
  'Node.js runtime': Object.values(runtime),
  'Process and container': Object.values(process),
  Host: Object.values(system),
  'promtel itself': Object.values(self),
};

export const CATALOG: readonly MetricDefinition[] = Object.values(AREAS).flat();

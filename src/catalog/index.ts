// The metric catalogue: every metric that promtel declares, by area. A metric added to the file of its area is listed here.
import type { AttributeSpec } from '../core/attribute.ts';
import type { InstrumentKind, MetricDefinition } from '../core/metric.ts';
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

/** What the reference says besides the brief, which for a name of the semantic conventions is the sentence that they have. */
export interface Noted {
  readonly note?: string;
}

export type CatalogAttribute = AttributeSpec & Noted;

export type CatalogMetric = MetricDefinition<InstrumentKind, readonly CatalogAttribute[]> & Noted;

/** The areas by their titles, in the order of the reference; in each, the metrics are sorted by name. */
export const AREAS: Readonly<Record<string, readonly CatalogMetric[]>> = {
  HTTP: byName(http),
  'Jobs and queues': byName(jobs),
  Caches: byName(cache),
  Databases: byName(db),
  'LLM calls': byName(llm),
  'LLM calls, latest GenAI names': byName(llmLatest),
  Tools: byName(tools),
  Agents: byName(agents),
  Usage: byName(usage),
  MCP: byName(mcp),
  Pipelines: byName(pipeline),
  'Node.js runtime': byName(runtime),
  'Process and container': byName(process),
  Host: byName(system),
  'promtel itself': byName(self),
};

export const CATALOG: readonly CatalogMetric[] = Object.values(AREAS).flat();

function byName(area: Readonly<Record<string, CatalogMetric>>): CatalogMetric[] {
  return Object.values(area).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

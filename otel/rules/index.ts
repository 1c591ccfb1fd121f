// All rules, by area. An area that is added is listed here.
import { cache } from './cache.ts';
import { db } from './db.ts';
import { http } from './http.ts';
import { jobs } from './jobs.ts';
import { llm } from './llm.ts';
import { pipeline } from './pipeline.ts';
import type { RuleArea } from './rule.ts';
import { runtime } from './runtime.ts';
import { self } from './self.ts';
import { slo } from './slo.ts';
import { stack } from './stack.ts';
import { tools } from './tools.ts';

export const RULE_AREAS: readonly RuleArea[] = [stack, slo, http, jobs, cache, llm, tools, db, pipeline, runtime, self];

// All rules, by area. An area that is added is listed here.
import { http } from './http.ts';
import { jobs } from './jobs.ts';
import type { RuleArea } from './rule.ts';

export const RULE_AREAS: readonly RuleArea[] = [http, jobs];

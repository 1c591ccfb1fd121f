// The queries that several panels of jobs and queues show, of the queues that are selected.
import { failureRatio as failureRatioOf, finishedJobs, readyJobs } from '../../../otel/rules/jobs/queries.ts';
import { type Label, matching, type Promql } from '../../../src/core/naming/promql.ts';
import { WINDOW } from '../../kit/dashboard.ts';

/** The queues that are selected. */
export const QUEUE = { 'queue.name': matching('$queue') } as const;

export const ready = (promql: Promql): string => readyJobs(promql, QUEUE);

export const finished = (promql: Promql, labels: readonly Label[]): string => finishedJobs(promql, WINDOW, labels, QUEUE);

export const failureRatio = (promql: Promql, labels: readonly Label[]): string => failureRatioOf(promql, WINDOW, labels, QUEUE);

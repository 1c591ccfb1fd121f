// Jobs and queues: recording rules, alerts and their runbooks.
//
// A queue belongs to several services: one process reads it for all, of a service that adds jobs or of one that works on them. So
// what is said of a queue has no `job` label, and is matched by the name of the queue alone.
import { durationHigh, failureRateHigh } from './jobs/attempts.ts';
import { backlogHigh, drainTooSlow, oldestJobTooOld, stuck } from './jobs/queues.ts';
import { recordings } from './jobs/recordings.ts';
import { jobsStalled, paused, withoutWorkers } from './jobs/workers.ts';
import type { RuleArea } from './rule.ts';

export const jobs: RuleArea = {
  area: 'jobs',
  title: 'Jobs and queues',
  groups: (promql) => [
    {
      name: 'promtel-jobs',
      recordings: recordings(promql),
      alerts: [
        stuck(promql),
        withoutWorkers(promql),
        oldestJobTooOld(promql),
        failureRateHigh(promql),
        backlogHigh(promql),
        drainTooSlow(promql),
        jobsStalled(promql),
        paused(promql),
        durationHigh(promql),
      ],
    },
  ],
};

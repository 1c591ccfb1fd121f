// BullMQ 5 and 6: jobs that are added, waited for, worked on and stalled, and the workers of this process.
//
// BullMQ publishes nothing, so methods are patched that every major version has. No promise is put between a worker and its own
// on the path of every job: its steps would run in another order, and it would ask Redis for jobs more often.
//
// How long a job waited is known from its own times: a parent's wait includes that for its children, since BullMQ keeps no time
// at which they were done; where a job's delay was changed or cut short, the delay that it was added with is subtracted.
import {
  jobActive,
  jobAdded,
  jobDuration,
  jobRetries,
  jobStalled,
  jobWaitDuration,
  queueConcurrency,
  queueWorkers,
} from '../../catalog/jobs.ts';
import type { Instrumentation } from '../../hooks/instrumentation.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { JobRecorder } from '../../recorders/jobs/jobs.ts';
import { BullmqAdded } from './added.ts';
import { BullmqAttempts } from './attempts.ts';
import { type BullmqLibrary, CLASSES_FILE } from './library.ts';

export const bullmq: Instrumentation = {
  name: 'bullmq',
  target: { package: 'bullmq', versions: '>=5 <7' },
  metrics: [jobDuration, jobWaitDuration, jobActive, jobAdded, jobRetries, jobStalled, queueWorkers, queueConcurrency],
  attach(attachment) {
    const jobs = new JobRecorder(attachment.registry);
    const attempts = new BullmqAttempts(jobs, attachment);
    const added = new BullmqAdded(jobs);
    attachment.patch({ file: CLASSES_FILE }, (library: BullmqLibrary) =>
      undoAll([attempts.observe(library), added.observe(library, attachment.guard)]),
    );
    attachment.onDetach(() => jobs.stop());
  },
};

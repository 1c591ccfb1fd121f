// BullMQ 5 and 6: jobs that are added, worked on and stalled, and the workers of this process, as its classes are called.
//
// BullMQ publishes nothing, so methods are patched that every major version has: a worker tells of a job that it took on, the job
// is told where it goes from there, and the worker's own promise says when nothing more will come. A job of a processor in a file
// is moved by this process as well, so its child process or thread is not looked into. No promise is put between a worker and
// its own where every job passes: the order of things would be another, and Redis would be asked more often.
//
// What a job waited for is known from its own times: a parent's wait includes that for its children, since BullMQ keeps no
// time at which they were done; of a job whose delay was changed or cut short the delay that it was added with is taken off.
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
import type { Guard, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { onSettled, settleAfter } from '../../hooks/promise-method.ts';
import { type Method, wrapMethod } from '../../hooks/wrap-method.ts';
import { BullmqAdded, type BullmqFlow } from './added.ts';
import { BullmqAttempts, type BullmqWorker } from './attempts.ts';
import type { BullmqJob } from './job.ts';

interface Class {
  readonly prototype: object;
}

interface Library {
  readonly Job: Class;
  readonly Worker: Class;
  readonly FlowProducer: Class;
  /** Since 5.16. */
  readonly JobScheduler?: Class;
}

/** Copies of BullMQ that are patched: attached twice, the first counts. */
const patched = new WeakSet<Library>();

export const bullmq: Instrumentation = {
  name: 'bullmq',
  target: { package: 'bullmq', versions: '>=5 <7' },
  metrics: [jobDuration, jobWaitDuration, jobActive, jobAdded, jobRetries, jobStalled, queueWorkers, queueConcurrency],
  attach(attachment) {
    const processed = new BullmqAttempts(attachment);
    const added = new BullmqAdded(attachment.registry);
    // Not the main file: that one is only recognised where the package has its own name, and a second version has another.
    attachment.patch({ file: 'dist/cjs/classes/index.js' }, (library: Library) => {
      if (patched.has(library)) return () => {};
      patched.add(library);
      const undo = [
        ...watchWorkers(library, processed, attachment.guard),
        ...watchMoves(library, processed, attachment.guard),
        ...watchAdds(library, added, attachment.guard),
      ];
      return () => {
        patched.delete(library);
        for (const one of undo) one();
      };
    });
    attachment.onDetach(() => processed.stop());
  },
};

type Arguments = readonly unknown[];

/** Tells what workers take on and when they are through with it. */
function watchWorkers({ Worker: { prototype } }: Library, jobs: BullmqAttempts, guard: Guard): Undo[] {
  const hear = eventHandlers(jobs, guard);
  const start = guard((worker: BullmqWorker) => jobs.watch(worker));
  const enter = guard((worker: BullmqWorker, job: BullmqJob | undefined) => jobs.process(worker, job));
  const leave = guard((job: BullmqJob | undefined) => jobs.leave(job));
  return [
    wrapMethod(prototype, 'emit', (emit) =>
      asMethod(function (this: BullmqWorker, ...values: unknown[]) {
        hear(this, values[0], values[1], values[2]);
        return emit.apply(this, values);
      }),
    ),
    wrapMethod(prototype, 'run', (run) =>
      asMethod(function (this: BullmqWorker, ...values: unknown[]) {
        start(this);
        return run.apply(this, values);
      }),
    ),
    wrapMethod(prototype, 'processJob', (processJob) =>
      asMethod(function (this: BullmqWorker, ...values: unknown[]) {
        const job = values[0] as BullmqJob | undefined;
        enter(this, job);
        return onSettled(processJob.apply(this, values), () => leave(job));
      }),
    ),
  ];
}

/** What a worker's events tell; most are of no concern. */
function eventHandlers(jobs: BullmqAttempts, guard: Guard) {
  const take = guard((worker: BullmqWorker, job: BullmqJob) => jobs.take(worker, job));
  const complete = guard((job: BullmqJob) => jobs.complete(job));
  const countStalled = guard((worker: BullmqWorker, id: string) => jobs.countStalled(worker, id));
  const countFailedUnseen = guard((job: BullmqJob | undefined, error: unknown) => jobs.countFailedUnseen(job, error));
  return (worker: BullmqWorker, event: unknown, subject: unknown, error: unknown): void => {
    if (event === 'active') take(worker, subject as BullmqJob);
    else if (event === 'completed') complete(subject as BullmqJob);
    else if (event === 'stalled') countStalled(worker, subject as string);
    else if (event === 'failed') countFailedUnseen(subject as BullmqJob | undefined, error);
  };
}

/** Tells where jobs go from being worked on, whoever moves them. */
function watchMoves(
  { Job: { prototype: job }, Worker: { prototype: worker } }: Library,
  jobs: BullmqAttempts,
  guard: Guard,
): Undo[] {
  const finish = guard((moved: BullmqJob) => jobs.finish(moved));
  const complete = guard((moved: BullmqJob) => jobs.complete(moved));
  const fail = guard((moved: BullmqJob, [error]: Arguments) => jobs.fail(moved, error));
  const putBack = guard((moved: BullmqJob) => jobs.putBack(moved));
  const putBackIfMoved = guard((moved: BullmqJob, _: Arguments, isMoved: unknown) => {
    if (isMoved === true) jobs.putBack(moved);
  });
  const putBackFirst = guard((_: unknown, [moved]: Arguments) => jobs.putBack(moved as BullmqJob));
  return [
    wrapMethod(job, 'moveToCompleted', (move) =>
      asMethod(function (this: BullmqJob, ...values: unknown[]) {
        const isOfWorker = finish(this) === true;
        const promise = move.apply(this, values);
        // A worker tells of it in its own event.
        return isOfWorker ? promise : settleAfter(promise, () => complete(this));
      }),
    ),
    wrapAsync<BullmqJob>(job, 'moveToFailed', fail, finish),
    wrapAsync<BullmqJob>(job, 'moveToDelayed', putBack),
    wrapAsync<BullmqJob>(job, 'moveToWait', putBack),
    wrapAsync<BullmqJob>(job, 'moveToWaitingChildren', putBackIfMoved),
    // Early versions of BullMQ 5 have no moveToWait.
    wrapAsync(worker, 'moveLimitedBackToWait', putBackFirst),
  ];
}

/** Tells what is added to queues, and by whom a scheduler's next job is. */
function watchAdds({ Job, FlowProducer, JobScheduler }: Library, jobs: BullmqAdded, guard: Guard): Undo[] {
  const add = guard((_: unknown, __: Arguments, job: unknown) => jobs.add(job as BullmqJob | undefined));
  const addAll = guard((_: unknown, __: Arguments, added: unknown) => jobs.addAll(added as BullmqJob[]));
  const addFlow = guard((_: unknown, __: Arguments, flow: unknown) => jobs.addFlows([flow as BullmqFlow | undefined]));
  const addFlows = guard((_: unknown, __: Arguments, flows: unknown) => jobs.addFlows(flows as BullmqFlow[] | undefined));
  return [
    wrapAsync(Job, 'create', add),
    wrapAsync(Job, 'createBulk', addAll),
    wrapAsync(FlowProducer.prototype, 'add', addFlow),
    wrapAsync(FlowProducer.prototype, 'addBulk', addFlows),
    ...(JobScheduler === undefined ? [] : [wrapAsync(JobScheduler.prototype, 'upsertJobScheduler', add)]),
  ];
}

type Told<This> = (self: This, values: Arguments, result: unknown) => void;

/** Tells of every call of a method, before it, and when its promise is fulfilled; does nothing where there is no such method. */
function wrapAsync<This>(holder: object, name: string, fulfilled: Told<This>, called?: (self: This) => void): Undo {
  if (!Object.hasOwn(holder, name)) return () => {};
  return wrapMethod(holder, name, (method) =>
    asMethod(function (this: This, ...values: unknown[]) {
      called?.(this);
      return settleAfter(method.apply(this, values), (result) => fulfilled(this, values, result));
    }),
  );
}

function asMethod<This, Values extends unknown[]>(run: (this: This, ...values: Values) => unknown): Method {
  return run as unknown as Method;
}

// The plan of a load of 1,000 jobs, and what has to be measured of it: how often, and for how long at least and at most.

export interface Group {
  readonly queue: 'letters' | 'reports';
  readonly name: 'mail' | 'reminder' | 'report';
  readonly count: number;
  /** How they are added; those that a parent waits for with it. */
  readonly by: 'add' | 'addBulk' | 'flow';
  /** The instructions in the data of each job. */
  readonly data: {
    /** How many attempts fail, and with which type or code. */
    readonly failures?: number;
    readonly error?: string;
    /** It is added as if that had been so long ago. */
    readonly agedMillis?: number;
  };
  readonly options: {
    readonly attempts?: number;
    readonly delay?: number;
    readonly [option: string]: unknown;
  };
  /** What each waits for, if it does. */
  readonly children?: Group;
}

const removeOnComplete = 5;

/** The job that is added first: whose worker is killed. That one knew how long it had waited. */
const STALLED = mails(1, 'add');

/** The second job that is added is the oldest of those that go on waiting. */
const GROUPS: readonly Group[] = [
  STALLED,
  mails(1, 'add', { agedMillis: 60_000 }),
  mails(348, 'add'),
  ...[1, 2, 7].map((priority) => mails(50, 'addBulk', {}, { priority })),
  mails(40, 'addBulk', { failures: 2, error: 'ECONNRESET' }, { attempts: 3, backoff: { type: 'exponential', delay: 25 } }),
  mails(20, 'add', { failures: 1, error: 'ECONNRESET' }, { attempts: 3, backoff: 50, priority: 3 }),
  mails(40, 'addBulk', { failures: 2, error: 'TypeError' }, { attempts: 2, backoff: 50 }),
  mails(50, 'addBulk', { failures: 1, error: 'UnrecoverableError' }, { attempts: 5 }),
  { queue: 'letters', name: 'reminder', count: 20, by: 'addBulk', data: {}, options: { removeOnComplete, delay: 200 } },
  { queue: 'letters', name: 'reminder', count: 80, by: 'add', data: {}, options: { removeOnComplete, delay: 7000 } },
  {
    queue: 'reports',
    name: 'report',
    count: 50,
    by: 'flow',
    data: { failures: 1, error: 'TypeError' },
    options: { removeOnComplete, attempts: 2 },
    children: mails(4, 'flow', { failures: 1, error: 'ECONNRESET' }, { attempts: 2 }),
  },
];

function mails(count: number, by: Group['by'], data: Group['data'] = {}, options: Group['options'] = {}): Group {
  return { queue: 'letters', name: 'mail', count, by, data, options: { removeOnComplete, ...options } };
}

/** What the processes are started with. */
export const PLAN = {
  groups: GROUPS,
  /** The queues that a worker takes jobs from, and how many at a time. */
  queues: { letters: 10, reports: 5 },
  workMillis: 20,
} as const;

/** Each group with those that wait for it: as if it had been added by itself. */
const ALL_GROUPS = GROUPS.flatMap((group) =>
  group.children === undefined ? [group] : [group, { ...group.children, count: group.count * group.children.count }],
);

export const JOB_COUNT = ALL_GROUPS.reduce((total, { count }) => total + count, 0);

/** How many jobs are left as failed; of those that are completed, the last few of each queue. */
export const KEPT_JOBS = {
  letters: { completed: removeOnComplete, failed: 90 },
  reports: { completed: removeOnComplete, failed: 0 },
};

/** The series of jobs on the pages of the processes that keep running, as they are queried. */
export function expectedCounts(): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (count: number, metric: string, labels: string): void => {
    if (count > 0) counts[`${metric}{${labels}}`] = (counts[`${metric}{${labels}}`] ?? 0) + count;
  };
  for (const group of ALL_GROUPS) {
    const { queue, name, count, data, options } = group;
    const kind = `job_name="${name}"`;
    const { completed, failed, retried } = outcomesOf({ data, options });
    const duration = (attempts: number, outcome: string, error = ''): void =>
      add(attempts * count, 'job_duration_seconds_count', `${error}${kind},job_outcome="${outcome}",queue_name="${queue}"`);
    add(count, 'job_added_total', `${kind},queue_name="${queue}"`);
    if (group !== STALLED) add(count, 'job_wait_duration_seconds_count', `${kind},queue_name="${queue}"`);
    add(retried * count, 'job_retries_total', `${kind},queue_name="${queue}"`);
    duration(completed, 'completed');
    duration(failed, 'failed', `error_type="${data.error}",`);
    duration(retried, 'retried', `error_type="${data.error}",`);
  }
  add(1, 'job_stalled_total', 'job_name="mail",queue_name="letters"');
  return counts;
}

/** The expected series of so many processes with a worker per queue. */
export function expectedWorkers(processes: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(PLAN.queues).flatMap(([queue, concurrency]) => [
      [`queue_workers{queue_name="${queue}"}`, processes],
      [`queue_concurrency{queue_name="${queue}"}`, processes * concurrency],
    ]),
  );
}

/** How the attempts at one job end. */
function outcomesOf({ data: { failures = 0, error }, options: { attempts = 1 } }: Pick<Group, 'data' | 'options'>): {
  readonly completed: number;
  readonly failed: number;
  readonly retried: number;
} {
  if (error === 'UnrecoverableError') return { completed: 0, failed: 1, retried: 0 };
  const isDone = failures < attempts;
  return { completed: Number(isDone), failed: Number(!isDone), retried: isDone ? failures : attempts - 1 };
}

/** Unix times in milliseconds. */
export interface Schedule {
  /** When the first job had not been added yet, and when the last had. */
  readonly addedFrom: number;
  readonly addedUntil: number;
  /** When no worker had started yet, and when all was done. */
  readonly workedFrom: number;
  readonly workedUntil: number;
}

type Bounds = readonly [least: number, most: number];

/** Each kind of job by its labels, with the seconds that its jobs waited for in all, without their delay. */
export function waitBounds({ addedFrom, addedUntil, workedFrom, workedUntil }: Schedule): Record<string, Bounds> {
  const measured = ALL_GROUPS.filter((group) => group !== STALLED);
  return sumsOfKinds(measured, ({ count, data: { agedMillis = 0 }, options: { delay = 0 } }) => [
    (count * (Math.max(0, workedFrom - addedUntil - delay) + agedMillis)) / 1000,
    (count * (Math.max(0, workedUntil - addedFrom - delay) + agedMillis)) / 1000,
  ]);
}

/** Each kind of job by its labels, with the seconds that the attempts at its jobs took in all; a timer may be a millisecond early. */
export function runBounds(): Record<string, Bounds> {
  return sumsOfKinds(ALL_GROUPS, (group) => {
    const { completed, failed, retried } = outcomesOf(group);
    const attempts = group.count * (completed + failed + retried);
    return [(attempts * (PLAN.workMillis - 1)) / 1000, (attempts * (PLAN.workMillis + 250)) / 1000];
  });
}

function sumsOfKinds(groups: readonly Group[], boundsOf: (group: Group) => Bounds): Record<string, Bounds> {
  const sums: Record<string, Bounds> = {};
  for (const group of groups) {
    const kind = `job_name="${group.name}",queue_name="${group.queue}"`;
    const [least, most] = boundsOf(group);
    const [leastBefore, mostBefore] = sums[kind] ?? [0, 0];
    sums[kind] = [leastBefore + least, mostBefore + most];
  }
  return sums;
}

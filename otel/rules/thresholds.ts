// Every threshold of the alerts, with the reason for it. Ratios are shares of 1, times are in seconds, sizes in bytes.

export interface Threshold {
  readonly value: number;
  readonly reason: string;
}

const at = (value: number, reason: string): Threshold => ({ value, reason });

export const HTTP = {
  errorRatio: at(0.05, 'one request in twenty fails: users notice, and a single bad deployment reaches it at once'),
  latencyP95: at(
    5,
    'most people leave a page after some seconds; 5 s is well below the last bound of 10 s, where a quantile is cut off',
  ),
  minimumRequests: at(20, 'fewer requests in the window make a single failure look like an outage'),
} as const;

export const JOBS = {
  failureRatio: at(0.1, 'retries hide single failures; one in ten lost for good is a fault of the code or of a dependency'),
  minimumFailures: at(5, 'fewer failures in the window are told by the job itself'),
  waiting: at(100, 'a worker of default concurrency needs minutes for this many; queues that hold more by design raise it'),
  oldestAge: at(600, 'a job that waits ten minutes is late for whoever asked for it'),
  drain: at(3600, 'a backlog that needs more than an hour needs more workers'),
  drainMinimum: at(20, 'the pace of a queue with fewer jobs than this is set by who adds them, not by its workers'),
  durationP95: at(300, 'five minutes hold a worker long enough for the queue behind it to grow'),
  minimumAttempts: at(10, 'of fewer attempts, the 95th percentile is the slowest one'),
} as const;

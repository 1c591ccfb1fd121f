// Sections of the summaries that several demos share.
import { durations, numbers, row, sumsBy, total } from './page.js';

/** Renders each title above its lines; a title without lines is left out. */
export function render(sections) {
  return Object.entries(sections).flatMap(([title, rows]) => (rows.length === 0 ? [] : [title, ...rows, '']));
}

export function requestsServed(samples) {
  return durations(
    samples,
    'http_server_request_duration_seconds',
    ({ http_request_method, http_route, http_response_status_code }) =>
      [http_request_method, http_route ?? '(no route)', http_response_status_code].join(' '),
  );
}

/** Look-ups in lru-cache by result; those in Redis are recorded too, with another `cache.system`. */
export function cacheResults(samples) {
  const requests = samples.filter(({ labels }) => labels.cache_system === 'lru-cache');
  const lookups = total(requests, 'cache_requests_total');
  return sumsBy(requests, 'cache_requests_total', ({ cache_result }) => cache_result).map(
    ([result, count]) => `${row(result, count)} ${((100 * count) / lookups).toFixed(0).padStart(9)} %`,
  );
}

export function jobsAdded(samples) {
  return numbers(samples, 'job_added_total', jobOf);
}

export function jobWaits(samples) {
  return durations(samples, 'job_wait_duration_seconds', jobOf);
}

export function attempts(samples) {
  return durations(samples, 'job_duration_seconds', (labels) => `${jobOf(labels)} ${labels.job_outcome}`);
}

/** Jobs by queue and state, of both processes, since only one of them reads each queue. Empty states are left out. */
export function queues(samples) {
  const occupied = samples.filter(({ name, value }) => name === 'queue_jobs' && value > 0);
  return numbers(occupied, 'queue_jobs', ({ queue_name, queue_state }) => `${queue_name} ${queue_state}`);
}

/** The outcomes of the jobs that were added, as one line. */
export function balance(samples) {
  const added = total(samples, 'job_added_total');
  const outcomes = Object.fromEntries(sumsBy(samples, 'job_duration_seconds_count', ({ job_outcome }) => job_outcome));
  const { completed = 0, failed = 0, retried = 0 } = outcomes;
  return (
    `${added} jobs added, ${completed} completed and ${failed} failed after ${retried} retried attempts, ` +
    `${added - completed - failed} still to be done`
  );
}

const jobOf = ({ queue_name, job_name }) => `${queue_name} ${job_name}`;

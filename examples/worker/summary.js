// Puts what the pages of the API and of the worker say into a few lines for a person.
import { durations, numbers, row, samplesOf, sumsBy, total } from '../kit/page.js';

/** Renders requests, jobs and queues, Redis and the cache. */
export function summarise(apiPage, workerPage) {
  const api = samplesOf(apiPage);
  const worker = samplesOf(workerPage);
  const both = [...api, ...worker];
  const sections = {
    'Requests served by the API': durations(
      api,
      'http_server_request_duration_seconds',
      ({ http_request_method, http_route, http_response_status_code }) =>
        [http_request_method, http_route ?? '(no route)', http_response_status_code].join(' '),
    ),
    'Products from the cache of the API': cacheOf(api),
    'Jobs added by the API': numbers(api, 'job_added_total', jobOf),
    'Jobs until the worker took them': durations(worker, 'job_wait_duration_seconds', jobOf),
    'Attempts of the worker': durations(worker, 'job_duration_seconds', (labels) => `${jobOf(labels)} ${labels.job_outcome}`),
    'Jobs in the queues when they were last read': queuesOf(both),
    'Redis operations of both': durations(
      both,
      'db_client_operation_duration_seconds',
      ({ db_operation_name }) => db_operation_name,
    ),
  };
  return [
    ...Object.entries(sections).flatMap(([title, rows]) => (rows.length === 0 ? [] : [title, ...rows, ''])),
    balance(api, worker),
    `${api.length} samples on the page of the API, ${worker.length} on that of the worker`,
  ].join('\n');
}

const jobOf = ({ queue_name, job_name }) => `${queue_name} ${job_name}`;

/** What Redis was asked for counts as well, by another system. */
function cacheOf(api) {
  const requests = api.filter(({ labels }) => labels.cache_system === 'lru-cache');
  const asked = total(requests, 'cache_requests_total');
  return sumsBy(requests, 'cache_requests_total', ({ cache_result }) => cache_result).map(
    ([result, count]) => `${row(result, count)} ${((100 * count) / asked).toFixed(0).padStart(9)} %`,
  );
}

/** A state that no job is in says nothing. One process reads a queue for both. */
function queuesOf(both) {
  const inAState = both.filter(({ name, value }) => name === 'queue_jobs' && value > 0);
  return numbers(inAState, 'queue_jobs', ({ queue_name, queue_state }) => `${queue_name} ${queue_state}`);
}

function balance(api, worker) {
  const added = total(api, 'job_added_total');
  const outcomes = Object.fromEntries(sumsBy(worker, 'job_duration_seconds_count', ({ job_outcome }) => job_outcome));
  const { completed = 0, failed = 0, retried = 0 } = outcomes;
  return (
    `${added} jobs added, ${completed} completed and ${failed} failed after ${retried} attempts that were repeated, ` +
    `${added - completed - failed} still to be done`
  );
}

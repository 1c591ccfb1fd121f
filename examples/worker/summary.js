// Summarises the metrics pages of the API and the worker as text.
import { durations, samplesOf } from '../kit/page.js';
import { attempts, balance, cacheResults, jobsAdded, jobWaits, queues, render, requestsServed } from '../kit/sections.js';

/** Renders requests, jobs and queues, Redis and the cache. */
export function summarise(apiPage, workerPage) {
  const api = samplesOf(apiPage);
  const worker = samplesOf(workerPage);
  const both = [...api, ...worker];
  return [
    ...render({
      'Requests served by the API': requestsServed(api),
      'Products from the cache of the API': cacheResults(api),
      'Jobs added by the API': jobsAdded(api),
      'Wait of jobs until the worker took them': jobWaits(worker),
      'Attempts of the worker': attempts(worker),
      'Jobs in the queues at their last reading': queues(both),
      'Redis operations of both': durations(
        both,
        'db_client_operation_duration_seconds',
        ({ db_operation_name }) => db_operation_name,
      ),
    }),
    balance(both),
    `${api.length} samples on the page of the API, ${worker.length} on that of the worker`,
  ].join('\n');
}

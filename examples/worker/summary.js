// Puts what the pages of the API and of the worker say into a few lines for a person.
import { durations, samplesOf } from '../kit/page.js';

/** Renders requests, jobs and queues, Redis and the cache. */
export function summarise(apiPage, workerPage) {
  const api = samplesOf(apiPage);
  const worker = samplesOf(workerPage);
  return [
    'Requests served by the API',
    ...durations(api, 'http_server_request_duration_seconds', ({ http_request_method, http_route, http_response_status_code }) =>
      [http_request_method, http_route ?? '(no route)', http_response_status_code].join(' '),
    ),
    '',
    `${api.length} samples on the page of the API, ${worker.length} on that of the worker`,
  ].join('\n');
}

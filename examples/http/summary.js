// Summarises the shop's metrics page as text.
import { durations, samplesOf, total } from '../kit/page.js';
import { render, requestsServed } from '../kit/sections.js';

/** Renders requests served by route, requests sent, and event loop utilization. */
export function summarise(page) {
  const samples = samplesOf(page);
  return [
    ...render({
      'Requests served': requestsServed(samples),
      'Requests sent': durations(
        samples,
        'http_client_request_duration_seconds',
        ({ http_request_method, server_address, http_response_status_code }) =>
          [http_request_method, server_address, http_response_status_code ?? 'failed'].join(' '),
      ),
    }),
    `Event loop busy ${(100 * total(samples, 'nodejs_eventloop_utilization_ratio')).toFixed(1)} %, ${samples.length} samples on the page`,
  ].join('\n');
}

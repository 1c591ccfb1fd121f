// HTTP: recording rules, alerts and their runbooks.
import { httpRequestMethod, httpRoute } from '../../src/catalog/attributes.ts';
import { httpServerRequestDuration } from '../../src/catalog/http.ts';
import { matching, on, type Promql, ratio, sumBy } from '../../src/core/naming/promql.ts';
import type { Alert, Recording, RuleArea } from './rule.ts';
import { HTTP } from './thresholds.ts';

export const http: RuleArea = {
  area: 'http',
  title: 'HTTP',
  groups: (promql) => [{ name: 'promtel-http', recordings: recordings(promql), alerts: [errorRateHigh(promql)] }],
};

/** Answers that failed: status 5xx, and requests that were aborted before they had a status. */
const FAILED = { 'http.response.status_code': matching('5..|') } as const;

function recordings({ rate }: Promql): Recording[] {
  const all = sumBy(['job'], rate(httpServerRequestDuration, '5m'));
  const failed = sumBy(['job'], rate(httpServerRequestDuration, '5m', FAILED));
  return [
    { record: 'job:http_server_requests:rate5m', expr: all },
    {
      record: 'job_route:http_server_requests:rate5m',
      expr: sumBy(['job', httpRoute, httpRequestMethod], rate(httpServerRequestDuration, '5m')),
    },
    { record: 'job:http_server_requests_errors:ratio_rate5m', expr: ratio(failed, all) },
  ];
}

function errorRateHigh({ increase, rate }: Promql): Alert {
  const requests = sumBy(['job'], increase(httpServerRequestDuration, '5m'));
  return {
    alert: 'HttpErrorRateHigh',
    priority: 'P1',
    signal: 'http-errors',
    expr: `job:http_server_requests_errors:ratio_rate5m > ${HTTP.errorRatio.value}\nand ${on(['job'])} ${requests} > ${HTTP.minimumRequests.value}`,
    for: '5m',
    keepFiringFor: '5m',
    summary: 'HTTP requests fail.',
    description: '{{ $value | humanizePercentage }} of the requests to {{ $labels.job }} failed in the last 5 minutes.',
    impact: 'Users see errors, or their requests are cut off without an answer.',
    panel: { dashboard: 'http', title: 'Error ratio by route' },
    runbook: {
      meaning:
        'The service answered with a status of 5xx, or the connection ended before it answered. Requests that clients abandon count only if the server had not answered.',
      labels: {
        http_route:
          'one route alone points to its handler or its dependency; all routes point to the process or to what all of them use',
        http_response_status_code:
          '500 is an exception in the code, 502 and 504 an upstream, 503 a refusal; an empty value is a request that was aborted',
        error_type: 'the class of the error where the framework reports one',
      },
      queries: [
        [
          'Which routes fail, and with which status.',
          sumBy([httpRoute, 'http_response_status_code', 'error_type'], rate(httpServerRequestDuration, '5m', FAILED)),
        ],
        [
          'Whether a database fails at the same time.',
          'sum by (db_system_name, error_type) (rate(db_client_operation_duration_seconds_count{error_type!=""}[5m]))',
        ],
        [
          'Whether a deployment began it: processes that started in the last half hour.',
          'time() - process_start_time_seconds < 1800',
        ],
      ],
      causes: [
        'A deployment with a fault: the errors begin with the new processes.',
        'A dependency (database, Redis, LLM provider) that fails or is slow; the metrics of that client show it.',
        'An event loop that is saturated, so that clients and proxies give up: `nodejs_eventloop_utilization_ratio` is near 1.',
      ],
      mitigation: [
        'Roll back, if the errors began with a deployment.',
        'If one dependency fails, switch off the feature that needs it, or serve from the cache.',
        'If processes are saturated, add instances.',
      ],
      escalation: 'The team that owns the route. After 30 minutes without a cause, the incident lead.',
    },
  };
}

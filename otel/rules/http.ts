// HTTP: recording rules, alerts and their runbooks.
import { dbSystemName, errorType, httpRequestMethod, httpResponseStatusCode, httpRoute } from '../../src/catalog/attributes.ts';
import { dbClientOperationDuration } from '../../src/catalog/db.ts';
import { httpServerRequestDuration } from '../../src/catalog/http.ts';
import { processStartTime } from '../../src/catalog/process.ts';
import { matching, not, on, type Promql, ratio, sumBy } from '../../src/core/naming/promql.ts';
import type { Alert, Recording, RuleArea } from './rule.ts';
import { HTTP } from './thresholds.ts';

export const http: RuleArea = {
  area: 'http',
  title: 'HTTP',
  groups: (promql) => [
    { name: 'promtel-http', recordings: recordings(promql), alerts: [errorRateHigh(promql), latencyHigh(promql)] },
  ],
};

/** Requests that failed: status 5xx, or aborted before they had a status. */
export const FAILED = { 'http.response.status_code': matching('5..|') } as const;

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

/** Only where there are requests enough for a share or a quantile to mean something. */
function withTraffic({ increase }: Promql): string {
  return `and ${on(['job'])} ${sumBy(['job'], increase(httpServerRequestDuration, '5m'))} > ${HTTP.minimumRequests.value}`;
}

function errorRateHigh(promql: Promql): Alert {
  const { rate, value } = promql;
  return {
    alert: 'HttpErrorRateHigh',
    priority: 'P1',
    signal: 'http-errors',
    expr: `job:http_server_requests_errors:ratio_rate5m > ${HTTP.errorRatio.value}\n${withTraffic(promql)}`,
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
          sumBy([httpRoute, httpResponseStatusCode, errorType], rate(httpServerRequestDuration, '5m', FAILED)),
        ],
        [
          'Whether a database fails at the same time.',
          sumBy([dbSystemName, errorType], rate(dbClientOperationDuration, '5m', { 'error.type': not('') })),
        ],
        [
          'Whether a deployment began it: processes that started in the last half hour.',
          `time() - ${value(processStartTime)} < 1800`,
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

function latencyHigh(promql: Promql): Alert {
  const { quantile, rate, sumRate } = promql;
  const p95 = quantile(0.95, httpServerRequestDuration, '5m', ['job']);
  return {
    alert: 'HttpLatencyP95High',
    priority: 'P2',
    signal: 'http-latency',
    expr: `${p95} > ${HTTP.latencyP95.value}\n${withTraffic(promql)}`,
    for: '10m',
    keepFiringFor: '5m',
    summary: 'HTTP requests are slow.',
    description:
      'One request in twenty to {{ $labels.job }} took more than {{ $value | humanizeDuration }} in the last 5 minutes.',
    impact: 'Users wait and leave, and clients with short timeouts send their requests again.',
    panel: { dashboard: 'http', title: 'Latency p95 by route' },
    runbook: {
      meaning:
        'Five requests of a hundred needed longer than the threshold. The value is cut off at 10 s, the last bound of the histogram, so 10 s may mean far more.',
      labels: {
        http_route:
          'one slow route alone points to its handler or to what it calls; if all are slow, look at the process and the host',
        http_request_method: 'slow writes with fast reads point to the database or to a lock',
      },
      queries: [
        ['Which routes are slow.', quantile(0.95, httpServerRequestDuration, '5m', [httpRoute, httpRequestMethod])],
        [
          'Which routes take most of the time in all: many requests that are a little slow weigh as much as a few very slow ones.',
          sumBy([httpRoute], sumRate(httpServerRequestDuration, '5m')),
        ],
        [
          'Whether it comes with more traffic: requests per second by process.',
          sumBy(['instance'], rate(httpServerRequestDuration, '5m')),
        ],
      ],
      causes: [
        'A dependency (database, LLM provider, another service) answers slowly.',
        'An event loop that is busy: `nodejs_eventloop_utilization_ratio` is near 1, and every route is slow.',
        'More traffic than the instances can take.',
        'A deployment with slower code: the latency rises with the new processes.',
      ],
      mitigation: [
        'Roll back, if it began with a deployment.',
        'Add instances, if all routes are slow and traffic rose.',
        'Shorten timeouts to the slow dependency, or serve from the cache.',
      ],
      escalation: 'The team that owns the slow route; if the cause is a dependency, the team that runs it.',
    },
  };
}

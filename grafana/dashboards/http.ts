// The dashboard "HTTP": requests, errors and latency by route, traffic and connections.
import { FAILED } from '../../otel/rules/http.ts';
import { httpRoute } from '../../src/catalog/attributes.ts';
import { httpServerRequestDuration } from '../../src/catalog/http.ts';
import { type Promql, ratio, sumBy } from '../../src/core/naming/promql.ts';
import { type Dashboard, type Row, WINDOW } from '../kit/dashboard.ts';

export const http: Dashboard = {
  area: 'http',
  title: 'HTTP',
  description: 'Requests that the services answer: how many, how fast, and which fail.',
  rows: (promql) => [requests(promql)],
};

function requests({ rate, quantile, buckets }: Promql): Row {
  return {
    title: 'Requests',
    panels: [
      {
        kind: 'graph',
        title: 'Requests by route',
        description: 'Requests per second by route. Requests that no route matched have no name.',
        unit: 'reqps',
        queries: [{ expr: sumBy([httpRoute], rate(httpServerRequestDuration, WINDOW)), legend: '{{http_route}}' }],
      },
      {
        kind: 'graph',
        title: 'Error ratio by route',
        description: 'Share of requests that failed: status 5xx, or aborted without a status.',
        unit: 'percentunit',
        min: 0,
        thresholds: [0.01, 0.05],
        queries: [
          {
            expr: ratio(
              sumBy([httpRoute], rate(httpServerRequestDuration, WINDOW, FAILED)),
              sumBy([httpRoute], rate(httpServerRequestDuration, WINDOW)),
            ),
            legend: '{{http_route}}',
          },
        ],
      },
      {
        kind: 'graph',
        title: 'Latency p95 by route',
        description: 'Time within which 95 % of the requests were answered. It is cut off at 10 s, the last bound.',
        unit: 's',
        hasExemplars: true,
        queries: [{ expr: quantile(0.95, httpServerRequestDuration, WINDOW, [httpRoute]), legend: '{{http_route}}' }],
      },
      {
        kind: 'heatmap',
        title: 'Latency',
        description: 'How many requests per second took how long.',
        unit: 's',
        queries: [{ expr: buckets(httpServerRequestDuration, WINDOW, []), legend: '{{le}}' }],
      },
    ],
  };
}

// The HTTP alerts fire and stay quiet where they must.
import { http } from '../../../otel/rules/http.ts';
import { testAlerts, testQuery } from '../kit/alert-tests.ts';

const requests = (status: string): string =>
  `http_server_request_duration_seconds_count{job="shop", instance="a", http_route="/buy", http_response_status_code="${status}"}`;

const within = (le: string): string =>
  `http_server_request_duration_seconds_bucket{job="shop", instance="a", http_route="/buy", http_response_status_code="200", le="${le}"}`;

/** Requests by how long they took, as counts over time: all of them, and those within 5 seconds. */
const latencies = (all: string, fast: string) => ({
  [requests('200')]: all,
  [within('2.5')]: '0x30',
  [within('5')]: fast,
  [within('10')]: all,
  [within('+Inf')]: all,
});

testAlerts(http, {
  HttpErrorRateHigh: {
    fires: {
      series: { [requests('200')]: '0+90x30', [requests('500')]: '0+10x30' },
      at: '20m',
      alerts: [{ labels: { job: 'shop' }, description: '10% of the requests to shop failed in the last 5 minutes.' }],
    },
    quietAtBoundary: { series: { [requests('200')]: '0+95x30', [requests('500')]: '0+5x30' }, at: '20m' },
    quietWhenIdle: { series: { [requests('200')]: '100x30', [requests('500')]: '100x30' }, at: '20m' },
    quietWithoutSeries: { series: { [requests('200')]: '0+100x30' }, at: '20m' },
    quietAfterRestart: { series: { [requests('200')]: '0+100x10 0+100x20', [requests('500')]: '50x10 0x20' }, at: '20m' },
    quiet: {
      'with few requests': { series: { [requests('200')]: '0+1x30', [requests('500')]: '0+1x30' }, at: '20m' },
    },
  },
  HttpLatencyP95High: {
    fires: {
      series: latencies('0+100x30', '0x30'),
      at: '25m',
      alerts: [
        {
          labels: { job: 'shop' },
          description: 'One request in twenty to shop took more than 9.75s in the last 5 minutes.',
        },
      ],
    },
    quietAtBoundary: { series: latencies('0+100x30', '0+95x30'), at: '25m' },
    quietWhenIdle: { series: latencies('100x30', '0x30'), at: '25m' },
    quietWithoutSeries: { series: { [requests('200')]: '0+100x30' }, at: '25m' },
    quietAfterRestart: { series: latencies('900x14 0+100x15', '0x14 0+100x15'), at: '25m' },
    quiet: { 'with few requests': { series: latencies('0+2x30', '0x30'), at: '25m' } },
  },
});

testQuery(
  http,
  'the error ratio of HTTP counts requests that were aborted before they had a status',
  'job:http_server_requests_errors:ratio_rate5m',
  { series: { [requests('200')]: '0+90x30', [requests('')]: '0+10x30' }, at: '20m' },
  { 'job:http_server_requests_errors:ratio_rate5m{job="shop"}': 0.1 },
);

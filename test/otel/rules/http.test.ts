// The HTTP alerts fire and stay quiet where they must.
import { http } from '../../../otel/rules/http.ts';
import { testAlerts, testQuery } from '../kit/alert-tests.ts';

const requests = (status: string): string =>
  `http_server_request_duration_seconds_count{job="shop", instance="a", http_route="/buy", http_response_status_code="${status}"}`;

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
});

testQuery(
  http,
  'the error ratio of HTTP counts requests that were aborted before they had a status',
  'job:http_server_requests_errors:ratio_rate5m',
  { series: { [requests('200')]: '0+90x30', [requests('')]: '0+10x30' }, at: '20m' },
  { 'job:http_server_requests_errors:ratio_rate5m{job="shop"}': 0.1 },
);

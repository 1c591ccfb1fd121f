// Runs the shop under promtel, sends it visitors, and says where to look; `--for 10` ends after 10 s with a summary.
import { atTheEnd, secondsToRun } from '../kit/ending.js';
import { fetchPage } from '../kit/page.js';
import { startUnderPromtel } from '../kit/programs.js';
import { summarise } from './summary.js';

const seconds = secondsToRun();
const shop = await startUnderPromtel(
  'the shop',
  new URL('app.js', import.meta.url),
  { PORT: '0', OTEL_SERVICE_NAME: 'shop', OTEL_EXPORTER_PROMETHEUS_PORT: '0', ...process.env },
  /shop on (\S+)/,
);
console.log(`
The shop:     ${shop.said}
Its metrics:  ${shop.metricsUrl}

It is started with  node --import promtel/register app.js  and has not a line about metrics in it.
Visitors come about 50 times a second${Number.isFinite(seconds) ? ` for ${seconds} s` : '; stop with Ctrl-C'}.
`);

const visits = [
  ['GET', '/'],
  ['GET', '/api/v1/products'],
  ['GET', () => `/api/v2/products/${Math.ceil(Math.random() * 10)}`],
  ['POST', '/orders'],
  ['GET', () => `/reports/${2000 + Math.floor(Math.random() * 26)}`],
  ['GET', () => `/wp-admin/${Math.random().toString(36).slice(2)}`],
];
const visitors = setInterval(() => {
  const [method, path] = visits[Math.floor(Math.random() * visits.length)];
  const body = method === 'POST' ? { body: '{"sku":"tea"}', headers: { 'content-type': 'application/json' } } : {};
  fetch(shop.said + (typeof path === 'function' ? path() : path), { method, ...body })
    .then((answer) => answer.arrayBuffer())
    .catch(() => {});
}, 20);

atTheEnd(seconds, async () => {
  clearInterval(visitors);
  console.log(summarise(await fetchPage(shop.metricsUrl)));
  await shop.stop();
});

// Runs the shop under promtel, sends it visitors, and says where to look; `--for 10` ends after 10 s with a summary.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { summarise } from './summary.js';

const { values } = parseArgs({ options: { for: { type: 'string' } } });
const seconds = values.for === undefined ? Infinity : Number(values.for);
if (!(seconds > 0)) {
  console.error(`--for ${values.for}: give a number of seconds above 0`);
  process.exit(2);
}

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const shop = spawn(process.execPath, ['--import', new URL('../../register.js', import.meta.url).href, pathOf('app.js')], {
  env: { PORT: '0', OTEL_SERVICE_NAME: 'shop', OTEL_EXPORTER_PROMETHEUS_PORT: '0', ...process.env },
  stdio: ['ignore', 'pipe', 'pipe'],
});
shop.on('exit', (code, signal) => {
  if (stopping) return;
  console.error(`the shop ended by itself (${signal ?? code})`);
  process.exit(1);
});
let stopping = false;

const [shopUrl, metricsUrl] = await Promise.all([
  urlFrom(shop.stdout, /shop on (\S+)/),
  urlFrom(shop.stderr, /(http\S+\/metrics)/),
]);
console.log(`
The shop:     ${shopUrl}
Its metrics:  ${metricsUrl}

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
  fetch(shopUrl + (typeof path === 'function' ? path() : path), { method, ...body })
    .then((answer) => answer.arrayBuffer())
    .catch(() => {});
}, 20);

if (Number.isFinite(seconds)) setTimeout(finish, seconds * 1000);
process.on('SIGINT', () => void finish());
process.on('SIGTERM', () => void finish());

async function finish() {
  if (stopping) return;
  stopping = true;
  clearInterval(visitors);
  const page = await (await fetch(metricsUrl)).text();
  console.log(summarise(page));
  shop.once('exit', () => process.exit(0));
  shop.kill('SIGTERM');
}

/** Waits for a line that matches and passes everything else on. */
function urlFrom(stream, pattern) {
  return new Promise((resolve) => {
    stream.setEncoding('utf8').on('data', (text) => {
      process.stderr.write(text);
      const found = pattern.exec(text);
      if (found !== null) resolve(found[1]);
    });
  });
}

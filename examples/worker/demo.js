// Runs an API and its worker under promtel with a Redis between them, and sends visitors; `--for 10` ends after 10 s.
import { atTheEnd, secondsToRun } from '../kit/ending.js';
import { fetchPage } from '../kit/page.js';
import { portOrAny, startUnderPromtel } from '../kit/programs.js';
import { findRedis } from './redis.js';
import { summarise } from './summary.js';
import { sendVisitors } from './visitors.js';

const VISIT_EVERY_MILLIS = 50;
const SLOW_VISIT_EVERY_MILLIS = 250;

const seconds = secondsToRun();
const redis = await findRedis();
const [api, worker] = await Promise.all([startPart('api', /api on (\S+)/, 9464), startPart('worker', /worker of (.+)/, 9091)]);
const everyMillis = redis.isSlow ? SLOW_VISIT_EVERY_MILLIS : VISIT_EVERY_MILLIS;
console.log(`
The API:           ${api.said}
Its metrics:       ${api.metricsUrl}
The worker's:      ${worker.metricsUrl}
Redis:             ${redis.what}

Both are started with  node --import promtel/register  and have not a line about metrics in them.
A visitor comes every ${everyMillis} ms${Number.isFinite(seconds) ? ` for ${seconds} s` : '; stop with Ctrl-C'}.
`);
const stopVisitors = sendVisitors(api.said, everyMillis);

atTheEnd(seconds, async () => {
  await stopVisitors();
  console.log(summarise(...(await Promise.all([fetchPage(api.metricsUrl), fetchPage(worker.metricsUrl)]))));
  await Promise.all([api.stop(), worker.stop()]);
  await redis.stop();
});

async function startPart(name, greeting, metricsPort) {
  const env = {
    PORT: '0',
    OTEL_SERVICE_NAME: `photo-shop-${name}`,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await portOrAny(metricsPort)),
    // Not the 15 s that are right for Prometheus: somebody is looking on.
    PROMTEL_QUEUE_POLL_SECONDS: '2',
    ...process.env,
    REDIS_URL: redis.url,
  };
  return startUnderPromtel(`the ${name}`, new URL(`${name}.js`, import.meta.url), env, greeting);
}

// Runs an LLM gateway under promtel: API, worker, a Redis and a provider; sends visitors; `--for 10` ends after 10 s.
import { atTheEnd, secondsToRun, untilWhen } from '../kit/ending.js';
import { fetchPage } from '../kit/page.js';
import { startUnderPromtel } from '../kit/programs.js';
import { findRedis } from '../kit/redis.js';
import { sendVisitors } from '../kit/visitors.js';
import { findProviders } from './providers.js';
import { summarise } from './summary.js';
import { VISITS } from './visits.js';

const VISIT_EVERY_MILLIS = 100;
const SLOW_VISIT_EVERY_MILLIS = 250;
const PAID_VISIT_EVERY_MILLIS = 2000;

const seconds = secondsToRun();
const [redis, providers] = await Promise.all([findRedis(), findProviders()]);
const told = { REDIS_URL: redis.url, ...providers.told };
const [api, worker] = await Promise.all([
  startUnderPromtel('gateway-api', new URL('api.js', import.meta.url), { greeting: /api on (\S+)/, metricsPort: 9464, told }),
  startUnderPromtel('gateway-worker', new URL('worker.js', import.meta.url), {
    greeting: /worker of (.+)/,
    metricsPort: 9091,
    told,
  }),
]);
const everyMillis = providers.isPaid ? PAID_VISIT_EVERY_MILLIS : redis.isSlow ? SLOW_VISIT_EVERY_MILLIS : VISIT_EVERY_MILLIS;
console.log(`
The gateway:       ${api.said}
Its metrics:       ${api.metricsUrl}
Its worker's:      ${worker.metricsUrl}
Redis:             ${redis.what}
Providers:         ${providers.what}

Both are started with  node --import promtel/register . They have two lines about metrics in them: what a tool is called,
and what the worker's calls are made for. All else is measured without a line.
A visitor comes every ${everyMillis} ms${untilWhen(seconds)}.
`);
const stopVisitors = sendVisitors(api.said, VISITS, everyMillis);

atTheEnd(seconds, async () => {
  await stopVisitors();
  console.log(summarise(...(await Promise.all([fetchPage(api.metricsUrl), fetchPage(worker.metricsUrl)]))));
  await Promise.all([api.stop(), worker.stop()]);
  await Promise.all([redis.stop(), providers.stop()]);
});

// Runs an LLM gateway under promtel with a worker, Redis and a provider, and sends visitors; `--for 10` ends after 10 s.
import { durationPhrase, onEnd, secondsToRun } from '../kit/ending.js';
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
const env = { REDIS_URL: redis.url, ...providers.env };
const [api, worker] = await Promise.all([
  startUnderPromtel('gateway-api', new URL('api.js', import.meta.url), { readyPattern: /api on (\S+)/, metricsPort: 9464, env }),
  startUnderPromtel('gateway-worker', new URL('worker.js', import.meta.url), {
    readyPattern: /worker of (.+)/,
    metricsPort: 9091,
    env,
  }),
]);
const everyMillis = providers.isPaid ? PAID_VISIT_EVERY_MILLIS : redis.isSlow ? SLOW_VISIT_EVERY_MILLIS : VISIT_EVERY_MILLIS;
console.log(`
The gateway:       ${api.announced}
Its metrics:       ${api.metricsUrl}
Its worker's:      ${worker.metricsUrl}
Redis:             ${redis.description}
Providers:         ${providers.description}

Both are started with  node --import promtel/register . Two lines of their code are about metrics: the name of a tool, and the
purpose of the worker's LLM calls. All else is measured without a line of code.
A visitor comes every ${everyMillis} ms${durationPhrase(seconds)}.
`);
const stopVisitors = sendVisitors(api.announced, VISITS, everyMillis);

onEnd(seconds, async () => {
  await stopVisitors();
  console.log(summarise(...(await Promise.all([fetchPage(api.metricsUrl), fetchPage(worker.metricsUrl)]))));
  await Promise.all([api.stop(), worker.stop()]);
  await Promise.all([redis.stop(), providers.stop()]);
});

// Runs an API and its worker under promtel with a Redis between them, and sends visitors; `--for 10` ends after 10 s.
import { durationPhrase, onEnd, secondsToRun } from '../kit/ending.js';
import { fetchPage } from '../kit/page.js';
import { startUnderPromtel } from '../kit/programs.js';
import { findRedis } from '../kit/redis.js';
import { sendVisitors } from '../kit/visitors.js';
import { summarise } from './summary.js';
import { VISITS } from './visits.js';

const VISIT_EVERY_MILLIS = 50;
const SLOW_VISIT_EVERY_MILLIS = 250;

const seconds = secondsToRun();
const redis = await findRedis();
const env = { REDIS_URL: redis.url };
const [api, worker] = await Promise.all([
  startUnderPromtel('photo-shop-api', new URL('api.js', import.meta.url), {
    readyPattern: /api on (\S+)/,
    metricsPort: 9464,
    env,
  }),
  startUnderPromtel('photo-shop-worker', new URL('worker.js', import.meta.url), {
    readyPattern: /worker of (.+)/,
    metricsPort: 9091,
    env,
  }),
]);
const everyMillis = redis.isSlow ? SLOW_VISIT_EVERY_MILLIS : VISIT_EVERY_MILLIS;
console.log(`
The API:           ${api.announced}
Its metrics:       ${api.metricsUrl}
The worker's:      ${worker.metricsUrl}
Redis:             ${redis.description}

Both are started with  node --import promtel/register  and have no line about metrics in their code.
A visitor comes every ${everyMillis} ms${durationPhrase(seconds)}.
`);
const stopVisitors = sendVisitors(api.announced, VISITS, everyMillis);

onEnd(seconds, async () => {
  await stopVisitors();
  console.log(summarise(...(await Promise.all([fetchPage(api.metricsUrl), fetchPage(worker.metricsUrl)]))));
  await Promise.all([api.stop(), worker.stop()]);
  await redis.stop();
});

// Runs an API and its worker under promtel with a Redis between them, and sends visitors; `--for 10` ends after 10 s.
import { atTheEnd, secondsToRun, untilWhen } from '../kit/ending.js';
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
const told = { REDIS_URL: redis.url };
const [api, worker] = await Promise.all([
  startUnderPromtel('photo-shop-api', new URL('api.js', import.meta.url), {
    greeting: /api on (\S+)/,
    metricsPort: 9464,
    told,
  }),
  startUnderPromtel('photo-shop-worker', new URL('worker.js', import.meta.url), {
    greeting: /worker of (.+)/,
    metricsPort: 9091,
    told,
  }),
]);
const everyMillis = redis.isSlow ? SLOW_VISIT_EVERY_MILLIS : VISIT_EVERY_MILLIS;
console.log(`
The API:           ${api.said}
Its metrics:       ${api.metricsUrl}
The worker's:      ${worker.metricsUrl}
Redis:             ${redis.what}

Both are started with  node --import promtel/register  and have not a line about metrics in them.
A visitor comes every ${everyMillis} ms${untilWhen(seconds)}.
`);
const stopVisitors = sendVisitors(api.said, VISITS, everyMillis);

atTheEnd(seconds, async () => {
  await stopVisitors();
  console.log(summarise(...(await Promise.all([fetchPage(api.metricsUrl), fetchPage(worker.metricsUrl)]))));
  await Promise.all([api.stop(), worker.stop()]);
  await redis.stop();
});

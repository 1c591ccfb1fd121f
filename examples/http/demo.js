// Runs the shop under promtel and sends visitors; `--for 10` ends after 10 s with a summary.
import { durationPhrase, onEnd, secondsToRun } from '../kit/ending.js';
import { fetchPage } from '../kit/page.js';
import { startUnderPromtel } from '../kit/programs.js';
import { sendVisitors } from '../kit/visitors.js';
import { summarise } from './summary.js';
import { VISITS } from './visits.js';

const seconds = secondsToRun();
const shop = await startUnderPromtel('shop', new URL('app.js', import.meta.url), {
  readyPattern: /shop on (\S+)/,
  metricsPort: 9464,
});
console.log(`
The shop:     ${shop.announced}
Its metrics:  ${shop.metricsUrl}

It is started with  node --import promtel/register app.js  and has no line about metrics in its code.
Visitors come about 50 times a second${durationPhrase(seconds)}.
`);
const stopVisitors = sendVisitors(shop.announced, VISITS, 20);

onEnd(seconds, async () => {
  await stopVisitors();
  console.log(summarise(await fetchPage(shop.metricsUrl)));
  await shop.stop();
});

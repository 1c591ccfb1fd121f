// Runs the shop under promtel, sends it visitors, and says where to look; `--for 10` ends after 10 s with a summary.
import { atTheEnd, secondsToRun, untilWhen } from '../kit/ending.js';
import { fetchPage } from '../kit/page.js';
import { startUnderPromtel } from '../kit/programs.js';
import { sendVisitors } from '../kit/visitors.js';
import { summarise } from './summary.js';
import { VISITS } from './visits.js';

const seconds = secondsToRun();
const shop = await startUnderPromtel('shop', new URL('app.js', import.meta.url), {
  greeting: /shop on (\S+)/,
  metricsPort: 9464,
});
console.log(`
The shop:     ${shop.said}
Its metrics:  ${shop.metricsUrl}

It is started with  node --import promtel/register app.js  and has not a line about metrics in it.
Visitors come about 50 times a second${untilWhen(seconds)}.
`);
const stopVisitors = sendVisitors(shop.said, VISITS, 20);

atTheEnd(seconds, async () => {
  await stopVisitors();
  console.log(summarise(await fetchPage(shop.metricsUrl)));
  await shop.stop();
});

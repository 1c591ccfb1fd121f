// Runs agents under promtel that plan, write, check and remember; `--for 10` ends after 10 s with what was measured.
import { atTheEnd, secondsToRun, untilWhen } from '../kit/ending.js';
import { fetchPage } from '../kit/page.js';
import { startUnderPromtel } from '../kit/programs.js';
import { summarise } from './summary.js';

const seconds = secondsToRun();
const team = await startUnderPromtel('agents', new URL('team.js', import.meta.url), {
  greeting: /a team of (.+)/,
  metricsPort: 9464,
  // In USD per million tokens: the house's own model has no published price.
  told: { PROMTEL_LLM_PRICES: 'house-*=1/4' },
});
console.log(`
The team:          ${team.said}
Its metrics:       ${team.metricsUrl}

It fixes, refactors and documents code that is not there, with a model that only pretends. What it does is told to promtel with
the helpers agents, llm, tools and usage.
It works${untilWhen(seconds)}.
`);

atTheEnd(seconds, async () => {
  console.log(summarise(await fetchPage(team.metricsUrl)));
  await team.stop();
});

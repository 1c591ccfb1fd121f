// Runs a team of simulated agents under promtel; `--for 10` ends after 10 s with a summary of the metrics.
import { durationPhrase, onEnd, secondsToRun } from '../kit/ending.js';
import { fetchPage } from '../kit/page.js';
import { startUnderPromtel } from '../kit/programs.js';
import { summarise } from './summary.js';

const seconds = secondsToRun();
const team = await startUnderPromtel('agents', new URL('team.js', import.meta.url), {
  readyPattern: /a team of (.+)/,
  metricsPort: 9464,
  // In USD per million tokens, input/output: the in-house models have no published price.
  env: { PROMTEL_LLM_PRICES: 'house-*=1/4' },
});
console.log(`
The team:          ${team.announced}
Its metrics:       ${team.metricsUrl}

Simulated agents fix, refactor and document code with a simulated model. The application records what they do with the helpers
agents, llm, tools and usage of promtel.
The team works${durationPhrase(seconds)}.
`);

onEnd(seconds, async () => {
  console.log(summarise(await fetchPage(team.metricsUrl)));
  await team.stop();
});

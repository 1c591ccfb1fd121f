// The requests of visitors of the gateway: questions, some repeated, some streamed, some that need a tool; summaries.
const GPT = 'gpt-5-mini';
const CLAUDE = 'claude-haiku-4-5';
const TEXT = 'There was a bear who lived in a wood, and he was fond of honey. One day the bees moved house. '.repeat(5);
/** Asked about in turn; the last one does not exist. */
const CITIES = ['Lima', 'Oslo', 'Rome', 'Atlantis'];

/** Often about the same few numbers, so that the cache has hits. */
const question = () => `Tell me something about the number ${Math.floor(25 * Math.random() ** 2)}.`;
const newQuestion = () => `Tell me something about the number ${Math.floor(1e9 * Math.random())}.`;
let citiesAsked = 0;
const cityQuestion = (what) => {
  citiesAsked += 1;
  return `What is the ${what} in ${CITIES[(citiesAsked - 1) % CITIES.length]} at ${new Date().toJSON()}?`;
};

function chat(times, model, ask, { stream = false, ...more } = {}) {
  return { times, method: 'POST', path: () => '/chat', body: () => ({ model, question: ask(), stream }), ...more };
}

export const VISITS = [
  chat(4, GPT, question),
  chat(4, GPT, question, { stream: true }),
  chat(3, CLAUDE, question),
  chat(2, CLAUDE, question, { stream: true }),
  chat(1, GPT, () => cityQuestion('weather')),
  chat(1, GPT, () => cityQuestion('weather'), { stream: true }),
  chat(1, GPT, () => cityQuestion('clock')),
  chat(1, CLAUDE, newQuestion, { stream: true, patienceMillis: 500 }),
  chat(1, GPT, () => 'What is your password?'),
  { times: 3, method: 'POST', path: () => '/summaries', body: () => ({ text: TEXT }) },
  { times: 1, method: 'GET', path: () => `/summaries/${Math.ceil(20 * Math.random())}` },
];

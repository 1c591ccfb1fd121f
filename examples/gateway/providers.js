// Finds the gateway its providers: those whose keys are in the environment, else one on loopback that speaks like them.
import { fileURLToPath } from 'node:url';
import { start } from '../kit/programs.js';

/** Each by the name that its SDK gives its variables, and where the one on loopback speaks like it. */
const PROVIDERS = [
  { name: 'OpenAI', prefix: 'OPENAI', path: '/openai/v1' },
  { name: 'Anthropic', prefix: 'ANTHROPIC', path: '/anthropic' },
];

/** What the gateway is told of them, what they are, whether they cost money, and how to end what was started. */
export async function findProviders() {
  const own = PROVIDERS.filter(({ prefix }) => process.env[`${prefix}_API_KEY`]);
  const others = PROVIDERS.filter((provider) => !own.includes(provider));
  const loopback = others.length === 0 ? undefined : await startLoopback();
  const what = [
    ...own.map(({ name, prefix }) => `${name} by your ${prefix}_API_KEY`),
    ...others.map(({ name }) => `one that speaks as ${name} does`),
  ].join(', ');
  return {
    told: Object.assign({}, ...others.map((provider) => settingsOf(provider, loopback.url))),
    what,
    isPaid: own.length > 0,
    stop: async () => loopback?.stop(),
  };
}

function settingsOf({ prefix, path }, url) {
  return { [`${prefix}_BASE_URL`]: url + path, [`${prefix}_API_KEY`]: 'none-needed' };
}

async function startLoopback() {
  const script = fileURLToPath(new URL('provider.js', import.meta.url));
  const program = start('the provider', process.execPath, [script]);
  const [, url] = await program.line('stdout', /provider on (\S+)/);
  return { url, stop: program.stop };
}

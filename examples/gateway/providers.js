// Chooses the LLM providers of the gateway: real ones whose API keys are set, else a simulated one on loopback.
import { fileURLToPath } from 'node:url';
import { start } from '../kit/programs.js';

/** Each with the prefix of the variables of its SDK, and the path of its API on the simulated provider. */
const PROVIDERS = [
  { name: 'OpenAI', prefix: 'OPENAI', path: '/openai/v1' },
  { name: 'Anthropic', prefix: 'ANTHROPIC', path: '/anthropic' },
];

/** Returns the environment for the gateway, a description, whether calls cost money, and how to stop the simulated provider. */
export async function findProviders() {
  const real = PROVIDERS.filter(({ prefix }) => process.env[`${prefix}_API_KEY`]);
  const simulated = PROVIDERS.filter((provider) => !real.includes(provider));
  const loopback = simulated.length === 0 ? undefined : await startLoopback();
  const description = [
    ...real.map(({ name, prefix }) => `${name} by your ${prefix}_API_KEY`),
    ...simulated.map(({ name }) => `a simulated ${name}`),
  ].join(', ');
  return {
    env: Object.assign({}, ...simulated.map((provider) => settingsOf(provider, loopback.url))),
    description,
    isPaid: real.length > 0,
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

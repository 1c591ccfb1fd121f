// The tools that a model may call before it answers.
import { tools } from 'promtel';

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

export const TOOLS = [
  tool('weather', 'The weather in a city.', { city: { type: 'string' } }, async ({ city }) => {
    await pause(20 + Math.random() * 60);
    if (city === 'Atlantis') throw new Error('there is no such city');
    return { city, celsius: 21 };
  }),
  tool('clock', 'The time in a city.', { city: { type: 'string' } }, async () => {
    await pause(Math.random() * 5);
    return new Date().toTimeString();
  }),
];

/** A tool in the form that OpenAI's SDK runs. An error is returned to the model, which explains it. */
function tool(name, description, properties, run) {
  const measured = tools.wrap({ tool: name }, run);
  return {
    type: 'function',
    function: {
      name,
      description,
      parameters: { type: 'object', properties, required: Object.keys(properties) },
      parse: JSON.parse,
      function: (input) => measured(input).catch(({ message }) => ({ error: message })),
    },
  };
}

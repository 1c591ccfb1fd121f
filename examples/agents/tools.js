// The tools of the agents. Failed tests are reported in the result (`errorOf`); a locked file throws an error.
import { tools } from 'promtel';
import { chance, pause } from './simulated-work.js';

export const read = tools.wrap({ tool: 'read' }, () => pause(1, 4));

export const edit = tools.wrap({ tool: 'edit' }, async () => {
  await pause(2, 8);
  if (chance(0.02)) throw Object.assign(new Error('the file is locked'), { code: 'ELOCKED' });
});

export const test = tools.wrap(
  { tool: 'test' },
  async () => {
    await pause(10, 40);
    return { failed: chance(0.2) ? 1 : 0 };
  },
  { errorOf: ({ failed }) => (failed > 0 ? 'tests_failed' : undefined) },
);

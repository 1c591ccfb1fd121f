// A team of simulated agents: a planner splits a task into steps, a coder does them, a verifier scores the result.
import { agents, llm, usage } from 'promtel';
import { Memory } from './memory.js';
import { ask } from './model.js';
import { chance, pause, pick } from './simulated-work.js';
import { TASKS } from './tasks.js';
import { edit, read, test } from './tools.js';

const TASKS_AT_A_TIME = 3;
const USERS = 40;
/** Work with a lower score is rolled back. */
const MIN_SCORE = 0.75;

const planner = agents.bind({ agent: 'planner' });
const coder = agents.bind({ agent: 'coder' });
const verifier = agents.bind({ agent: 'verifier' });
const memory = new Memory();
llm.budget({ period: 'month' }, 50);

async function work(task) {
  const startMillis = performance.now();
  const steps = await planner.invoke(() => plan(task));
  const hasPattern = await memory.hasPattern(task);
  const codingStartMillis = performance.now();
  for (const step of steps) await coder.invoke(() => code(step, hasPattern));
  const codingMillis = performance.now() - codingStartMillis;
  const score = await verifier.invoke(() => verify(task, hasPattern));
  report(score);
  await memory.learn(task, score);
  agents.coordinated({ task }, codingMillis / (performance.now() - startMillis));
}

function plan(task) {
  return agents.plan({ goal: task }, async () => {
    await llm.withPurpose('plan', () => ask('house-large', task));
    return TASKS[task];
  });
}

async function code(step, hasPattern) {
  // With a pattern in memory, the coder needs no model.
  if (!hasPattern) await llm.withPurpose('code', () => ask('house-small', step));
  await read(step);
  await edit(step);
}

async function verify(task, hasPattern) {
  await llm.withPurpose('verify', () => ask('house-small', task));
  await test(task);
  return Math.min(1, 0.55 + Math.random() * 0.4 + (hasPattern ? 0.1 : 0));
}

function report(score) {
  const isGood = score >= MIN_SCORE;
  coder.score('truth', score);
  coder.verified(isGood ? 'success' : 'failure');
  if (!isGood) coder.rolledBack(chance(0.95) ? 'success' : 'failure');
}

const end = new AbortController();
process.on('SIGTERM', () => end.abort());

async function keepWorking() {
  while (!end.signal.aborted) {
    const task = pick(Object.keys(TASKS));
    usage.user(`user ${Math.floor(Math.random() * USERS)}`);
    try {
      await agents.workflow({ workflow: 'change' }, () => agents.task({ task }, () => usage.task({ task }, () => work(task))));
    } catch {
      // A tool or the model failed, and the task with it; promtel has recorded both.
    }
    await pause(10, 40);
  }
}

console.log('a team of planner, coder and verifier');
await Promise.all(Array.from({ length: TASKS_AT_A_TIME }, keepWorking));

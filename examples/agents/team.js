// A team of agents: a planner makes steps of a task, a coder does them with what it remembers, a verifier judges what it did.
import { agents, llm, usage } from 'promtel';
import { Memory } from './memory.js';
import { ask } from './model.js';
import { chance, pause, pick } from './pretence.js';
import { TASKS } from './tasks.js';
import { edit, read, test } from './tools.js';

const TASKS_AT_A_TIME = 3;
const USERS = 40;
/** Work of a lower score is taken back. */
const GOOD_ENOUGH = 0.75;

const planner = agents.bind({ agent: 'planner' });
const coder = agents.bind({ agent: 'coder' });
const verifier = agents.bind({ agent: 'verifier' });
const memory = new Memory();
llm.budget({ period: 'month' }, 50);

async function work(task) {
  const begin = performance.now();
  const steps = await planner.invoke(() => plan(task));
  const remembers = await memory.find(task);
  const codingBegin = performance.now();
  for (const step of steps) await coder.invoke(() => code(step, remembers));
  const codingMillis = performance.now() - codingBegin;
  const truth = await verifier.invoke(() => verify(task, remembers));
  judge(truth);
  await memory.learn(task, truth);
  agents.coordinated({ task }, codingMillis / (performance.now() - begin));
}

function plan(task) {
  return agents.plan({ goal: task }, async () => {
    await llm.withPurpose('plan', () => ask('house-large', task));
    return TASKS[task];
  });
}

async function code(step, remembers) {
  // Who remembers needs no advice.
  if (!remembers) await llm.withPurpose('code', () => ask('house-small', step));
  await read(step);
  await edit(step);
}

async function verify(task, remembers) {
  await llm.withPurpose('verify', () => ask('house-small', task));
  await test(task);
  return Math.min(1, 0.55 + Math.random() * 0.4 + (remembers ? 0.1 : 0));
}

function judge(truth) {
  const isGood = truth >= GOOD_ENOUGH;
  coder.score('truth', truth);
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
      // A tool or the model has failed, and the task with it; promtel has counted that.
    }
    await pause(10, 40);
  }
}

console.log('a team of planner, coder and verifier');
await Promise.all(Array.from({ length: TASKS_AT_A_TIME }, keepWorking));

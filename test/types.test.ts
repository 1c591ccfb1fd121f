// The published types in dist/types/: valid code of an application compiles; misuse and internal members do not.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'promtel-types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const application = `
import { agents, cache, createTracker, db, defineMetric, getInstrument, jobs, llm, type MetricDefinition } from 'promtel';
import { type LlmAnswer, type OpenLlmCall, pipeline, tools, usage } from 'promtel';
import { expectMetric } from 'promtel/testing';
const common = { brief: 'For a test.', stability: 'stable' } as const;
const task = { key: 'task', type: 'string', brief: 'Task.' } as const;
const error = { key: 'error.type', type: 'string', brief: 'Why it failed.' } as const;

const counter = getInstrument(defineMetric({ ...common, name: 'a', instrument: 'counter', unit: '{a}', attributes: [task] }));
counter.add(1, { task: 'x' });
const cell = counter.bind({ task: 'x' });
cell.add(1);
export const value: number = cell.value;
const seconds = defineMetric({ ...common, name: 'b', instrument: 'histogram', unit: 's', buckets: [1], attributes: [task] });
export const bounds: readonly number[] = getInstrument(seconds).bind().bounds;
const duration = defineMetric({ ...seconds, name: 'c', attributes: [task, error] });
const active = defineMetric({ ...common, name: 'd', instrument: 'updowncounter', unit: '{d}', attributes: [task] });
export const tracked: number = createTracker({ duration, active }).track({ task: 'x' }, () => 1);
createTracker({ duration: seconds, outcome: ({ errorType }) => ({ task: errorType }) });
export const made = (definition: MetricDefinition) => getInstrument(definition);
await expectMetric(duration, { value: 1 });

export const sent: Promise<string> = jobs.track({ queue: 'mail', job: 'welcome' }, async () => 'sent', { willRetry: () => true });
export const found: string = cache.track({ name: 'users' }, () => 'ada', { resultOf: (value) => (value === '' ? 'stale' : 'hit') });
export const rows: Promise<string[]> = db.track({ system: 's' }, async () => ['a'], { rows: (list) => list.length });
export const parse: (text: string) => number = pipeline.wrap({ pipeline: 'news', stage: 'parse' }, (text: string) => text.length);
export const map: Map<string, number> = cache.name(new Map<string, number>(), 'users');
export const stop: () => void = jobs.observeQueue({ queue: 'mail' }, async () => ({ waiting: 1 }));
const welcome = jobs.bind({ queue: 'mail', job: 'welcome' });
welcome.added();
const answerOf = (text: string): LlmAnswer => ({ usage: { input: 3, output: text.length }, finishReason: 'stop' });
export const answer: Promise<string> = llm.track({ provider: 'openai', model: 'gpt-5' }, async () => 'hello', { answerOf });
export const open: OpenLlmCall = llm.bind({ provider: 'house', operation: 'embeddings' }).begin();
export const summary: string = llm.withPurpose('summarise', () => 'short');
llm.budget({ period: 'month' }, 500);
export const hits: string[] = tools.track({ tool: 'search' }, () => ['a'], { errorOf: (list) => (list.length === 0 ? 'none' : undefined) });
export const invoke: (topic: string) => number = agents.wrap({ agent: 'researcher' }, (topic: string) => topic.length);
agents.score({ agent: 'researcher', score: 'truth' }, 0.9);
agents.bind({ agent: 'researcher' }).verified('success');
agents.memory.operated({ operation: 'learning', pattern: 'fix' });
export const stopMemory: () => void = agents.memory.observe({}, () => ({ sizeBytes: 1 }));
export const cost: Promise<number> = usage.task({ task: 'summary' }, async () => 1);
usage.windows(['1h', '7d']);

// @ts-expect-error: no queue
jobs.added({ job: 'welcome' });
// @ts-expect-error: an attribute that jobs do not have
jobs.added({ queue: 'mail', id: '7' });
// @ts-expect-error: bound already
welcome.added({ queue: 'mail' });
// @ts-expect-error: no reason of an eviction
cache.evicted({ name: 'users' }, 'bored');
// @ts-expect-error: no name
cache.hit({ system: 'map' });
// @ts-expect-error: a statement
db.track({ system: 's', statement: 'SELECT 1' }, () => 1);
// @ts-expect-error: rows are a number
db.track({ system: 's' }, () => ['a'], { rows: () => 'one' });
// @ts-expect-error: a state that queues do not have
jobs.observeQueue({ queue: 'mail' }, () => ({ sleeping: 1 }));
// @ts-expect-error: an outcome that items do not have
pipeline.items({ pipeline: 'news', outcome: 'lost' });
// @ts-expect-error: no stage
pipeline.stage({ pipeline: 'news' }, () => 1);
// @ts-expect-error: no provider
llm.track({ model: 'gpt-5' }, () => 1);
// @ts-expect-error: an operation that calls do not have
llm.begin({ provider: 'p', operation: 'guess' });
// @ts-expect-error: a prompt
llm.track({ provider: 'p', prompt: 'hello' }, () => 1);
// @ts-expect-error: tokens that are text
llm.track({ provider: 'p' }, () => 1, { answerOf: () => ({ usage: { input: '7' } }) });
// @ts-expect-error: no period
llm.budget({ provider: 'openai' }, 5);
// @ts-expect-error: an argument of a tool
tools.track({ tool: 'search', query: 'x' }, () => 1);
// @ts-expect-error: an outcome that verifications do not have
agents.verified({ agent: 'a' }, 'perhaps');
// @ts-expect-error: no operation
agents.memory.operated({ pattern: 'fix' });
// @ts-expect-error: nobody
usage.user(undefined);
// @ts-expect-error: no function
jobs.track({ queue: 'mail' }, 'run');
// @ts-expect-error: internal
counter.family.empty();
// @ts-expect-error: internal
cell.block.changed = 0;
// @ts-expect-error: internal
cell.values;
// @ts-expect-error: internal
cell.zero();
// @ts-expect-error: a histogram without bounds
getInstrument({ ...common, name: 'e', instrument: 'histogram', unit: 's', attributes: [] });
// @ts-expect-error: a gauge that does not say how processes merge
getInstrument({ ...common, name: 'f', instrument: 'gauge', unit: 's', attributes: [] });
// @ts-expect-error: no seconds
createTracker({ duration: { ...duration, unit: 'ms' } });
// @ts-expect-error: neither error.type nor an outcome
createTracker({ duration: seconds });
// @ts-expect-error: an outcome with an attribute that the duration does not have
createTracker({ duration: seconds, outcome: () => ({ colour: 'red' }) });
// @ts-expect-error: nothing that goes down
createTracker({ duration, active: { ...active, instrument: 'counter' } });
`;

describe('the published types', () => {
  it('published types accept valid code of an application, and reject misuse and internal members', () => {
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
    symlinkSync(root, join(folder, 'node_modules/promtel'));
    symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
    const compilerOptions = { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: ['node'] };
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['application.ts'] }));
    writeFileSync(join(folder, 'application.ts'), application);
    const { stdout, status } = spawnSync('tsc', ['-p', folder], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  });
});

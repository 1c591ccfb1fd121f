// Shared by the tests of the API: every way to time a function, and the series of a metric.
import { agents, cache, db, jobs, llm, pipeline, tools, usage } from '../../src/index.ts';
import { collect, type Sample } from '../../src/testing.ts';

type Run<Result> = () => Result;
type Method<Result> = (...values: never[]) => Result;

/** One way to time a function. */
export interface Timing {
  readonly name: string;
  /** The histogram, or the gauge, that records it. */
  readonly metric: string;
  /** The metric that a problem is reported for, if it is another. */
  readonly subject?: string;
  track<Result>(id: string, run: Run<Result>): Result;
  trackBound<Result>(id: string, run: Run<Result>): Result;
  wrap?<Result>(id: string, run: Method<Result>): Method<Result>;
  wrapBound?<Result>(id: string, run: Method<Result>): Method<Result>;
}

/** The ways to time a function, each in a series of its own by an id. */
export const timings: readonly Timing[] = [
  {
    name: 'jobs.track',
    metric: 'job.duration',
    track: (id, run) => jobs.track({ queue: id, job: 'j' }, run),
    trackBound: (id, run) => jobs.bind({ queue: id, job: 'j' }).track(run),
    wrap: (id, run) => jobs.wrap({ queue: id, job: 'j' }, run),
    wrapBound: (id, run) => jobs.bind({ queue: id, job: 'j' }).wrap(run),
  },
  {
    name: 'cache.track',
    metric: 'cache.operation.duration',
    track: (id, run) => cache.track({ name: id, system: 's', operation: 'set' }, run),
    trackBound: (id, run) => cache.bind({ name: id, system: 's', operation: 'set' }).track(run),
    wrap: (id, run) => cache.wrap({ name: id, system: 's', operation: 'set' }, run),
    wrapBound: (id, run) => cache.bind({ name: id, system: 's', operation: 'set' }).wrap(run),
  },
  {
    name: 'cache.load',
    metric: 'cache.operation.duration',
    track: (id, run) => cache.load({ name: id, system: 's' }, run),
    trackBound: (id, run) => cache.bind({ name: id, system: 's' }).load(run),
  },
  {
    name: 'db.track',
    metric: 'db.client.operation.duration',
    track: (id, run) => db.track({ system: 's', operation: 'o', namespace: id }, run),
    trackBound: (id, run) => db.bind({ system: 's', operation: 'o', namespace: id }).track(run),
    wrap: (id, run) => db.wrap({ system: 's', operation: 'o', namespace: id }, run),
    wrapBound: (id, run) => db.bind({ system: 's', operation: 'o', namespace: id }).wrap(run),
  },
  {
    name: 'pipeline.stage',
    metric: 'pipeline.stage.duration',
    track: (id, run) => pipeline.stage({ pipeline: id, stage: 's' }, run),
    trackBound: (id, run) => pipeline.bind({ pipeline: id }).stage({ stage: 's' }, run),
    wrap: (id, run) => pipeline.wrap({ pipeline: id, stage: 's' }, run),
    wrapBound: (id, run) => pipeline.bind({ pipeline: id }).wrap({ stage: 's' }, run),
  },
  {
    name: 'llm.track',
    metric: 'gen_ai.client.operation.duration',
    track: (id, run) => llm.track({ provider: 'p', model: id }, run),
    trackBound: (id, run) => llm.bind({ provider: 'p', model: id }).track(run),
    wrap: (id, run) => llm.wrap({ provider: 'p', model: id }, run),
    wrapBound: (id, run) => llm.bind({ provider: 'p', model: id }).wrap(run),
  },
  {
    name: 'tools.track',
    metric: 'gen_ai.execute_tool.duration',
    track: (id, run) => tools.track({ tool: id }, run),
    trackBound: (id, run) => tools.bind({ tool: id }).track(run),
    wrap: (id, run) => tools.wrap({ tool: id }, run),
    wrapBound: (id, run) => tools.bind({ tool: id }).wrap(run),
  },
  {
    name: 'agents.invoke',
    metric: 'gen_ai.invoke_agent.duration',
    track: (id, run) => agents.invoke({ agent: id }, run),
    trackBound: (id, run) => agents.bind({ agent: id }).invoke(run),
    wrap: (id, run) => agents.wrap({ agent: id }, run),
    wrapBound: (id, run) => agents.bind({ agent: id }).wrap(run),
  },
  {
    name: 'agents.memory.track',
    metric: 'agent.memory.retrieval.duration',
    subject: 'agent.memory.operations',
    track: (id, run) => agents.memory.track({ operation: 'retrieval', pattern: id }, run),
    trackBound: (id, run) => agents.memory.bind({ operation: 'retrieval', pattern: id }).track(run),
    wrap: (id, run) => agents.memory.wrap({ operation: 'retrieval', pattern: id }, run),
    wrapBound: (id, run) => agents.memory.bind({ operation: 'retrieval', pattern: id }).wrap(run),
  },
  {
    name: 'agents.plan',
    metric: 'agent.plan.duration',
    track: (id, run) => agents.plan({ goal: id }, run),
    trackBound: (id, run) => agents.bindTask({ goal: id }).plan(run),
  },
  {
    name: 'agents.workflow',
    metric: 'gen_ai.invoke_workflow.duration',
    track: (id, run) => agents.workflow({ workflow: id }, run),
    trackBound: (id, run) => agents.workflow({ workflow: id }, run),
  },
];

/** The ways to run a function that do not time it. */
export const running: readonly Timing[] = [
  {
    name: 'pipeline.run',
    metric: 'pipeline.last_success',
    track: (id, run) => pipeline.run({ pipeline: id }, run),
    trackBound: (id, run) => pipeline.bind({ pipeline: id }).run(run),
  },
  {
    name: 'agents.task',
    metric: 'agent.tasks',
    track: (id, run) => agents.task({ task: id }, run),
    trackBound: (id, run) => agents.bindTask({ task: id }).task(run),
  },
  {
    name: 'usage.task',
    metric: 'usage.task.cost',
    track: (id, run) => usage.task({ task: id }, run),
    trackBound: (id, run) => usage.bind({ task: id }).task(run),
  },
  {
    name: 'llm.withPurpose',
    metric: 'llm.cost',
    track: (id, run) => llm.withPurpose(id, run),
    trackBound: (id, run) => llm.withPurpose(id, run),
  },
];

/** The series of a metric that have the id as an attribute, which is left out. */
export async function seriesOf(metric: string, id: string): Promise<Record<string, unknown>[]> {
  const samples = (await collect()).filter(({ name, attributes }) => name === metric && Object.values(attributes).includes(id));
  return samples.map((sample) => ({ ...withoutId(sample, id), value: sample.value }));
}

function withoutId({ attributes }: Sample, id: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== id && value !== undefined));
}

let last = 0;

/** A name that no other test uses. */
export function newId(): string {
  last += 1;
  return `id-${last}`;
}

// HELP texts and attribute descriptions: the sentences of the OpenTelemetry semantic conventions, or a chart's title.
import { describe, expect, it } from 'vitest';
import { CATALOG, type Noted } from '../../src/catalog/index.ts';
import { attributeConventions, type Convention, genAiBriefs, metricConventions } from './conventions.ts';

/** Deprecated names that keep their meaning: the sentence is that of their new name. */
const RENAMED: Readonly<Record<string, string>> = {
  'process.open_file_descriptor.count': 'process.unix.file_descriptor.count',
  'rpc.response.status_code': 'rpc.status_code',
  'system.device': 'system.device.name',
};

/** Names whose sentence in the conventions would be wrong here. */
const OTHER_SENTENCE: Readonly<Record<string, string>> = {
  'system.cpu.time': 'all CPUs together, not each logical CPU',
  'system.cpu.utilization': 'all CPUs together, not each logical CPU',
  'system.memory.limit': 'it is physical memory, not virtual memory',
  'v8js.memory.heap.limit': 'the conventions have only the old meaning of the name',
};

/** Names whose sentence goes on after a semicolon, because a sum over a label would count twice. */
const LONGER_SENTENCE: readonly string[] = ['gen_ai.invoke_agent.inference_calls', 'gen_ai.invoke_agent.tool_calls'];

/** Metrics of which a sum over a label counts twice, with what HELP says about it. */
const NOT_SUMMABLE: Readonly<Record<string, string>> = {
  'agent.memory.patterns': 'read learned alone for the total',
  'cache.requests': 'sum within one cache.name only',
  'gen_ai.invoke_agent.inference_calls': 'do not sum over agents: all calls are in gen_ai.client.operation.duration',
  'gen_ai.invoke_agent.tool_calls': 'do not sum over agents: all calls are in gen_ai.execute_tool.duration',
  'llm.budget': 'do not sum them',
  'llm.rate_limit.remaining': 'do not sum them',
  'llm.tokens': 'sum input and output only',
  'usage.api_keys.active': 'read one alone',
  'usage.task.cost': 'sum llm.cost for the total',
  'usage.users.active': 'read one alone',
};

interface Described extends Noted {
  readonly brief: string;
}

const metrics = new Map<string, Described>(CATALOG.map((metric) => [metric.name, metric]));
const attributes = new Map<string, Described>(
  CATALOG.flatMap((metric) => metric.attributes.map((attribute) => [attribute.key, attribute] as const)),
);

function sentenceOf(name: string, conventions: ReadonlyMap<string, Convention>): string | undefined {
  return genAiBriefs[name] ?? conventions.get(RENAMED[name] ?? name)?.brief;
}

describe.each([
  ['metrics', metrics, metricConventions],
  ['attributes', attributes, attributeConventions],
] as const)('briefs of %s', (_, ours, conventions) => {
  const named = [...ours].filter(([name]) => sentenceOf(name, conventions) !== undefined && !(name in OTHER_SENTENCE));

  it('briefs of names in the semantic conventions are the sentences of the conventions', () => {
    expect(named.length).toBeGreaterThan(40);
    const sentences = named.map(([name, { brief }]) => [
      name,
      LONGER_SENTENCE.includes(name) ? `${brief.split(';')[0]!}.` : brief,
    ]);
    expect(sentences).toEqual(named.map(([name]) => [name, sentenceOf(name, conventions)]));
  });

  it('briefs of other names are as long as the title of a chart', () => {
    const conventional = new Set(named.map(([name]) => name));
    const own = [...ours].filter(([name]) => !conventional.has(name) && !(name in NOT_SUMMABLE));
    expect(own.map(([, { brief }]) => brief).filter((brief) => brief.length > 80)).toEqual([]);
  });

  it('briefs and notes use the words of the trade', () => {
    const odd = /\b(?:told|tells?|asked|in vain|stands?|hears?|foreign|overheard|put aside)\b/i;
    expect([...ours].filter(([, { brief, note = '' }]) => odd.test(`${brief} ${note}`))).toEqual([]);
  });

  it('notes are sentences', () => {
    const notes = [...ours.values()].flatMap(({ note }) => note ?? []);
    expect(notes.length).toBeGreaterThan(10);
    expect(notes.filter((note) => !/^\S.*[^.]\.$/.test(note) || /[.!?]\s/.test(note))).toEqual([]);
  });
});

describe('briefs of the catalogue', () => {
  it('lists of exceptions name only what is in the catalogue', () => {
    const names = [RENAMED, OTHER_SENTENCE, NOT_SUMMABLE].flatMap(Object.keys).concat(LONGER_SENTENCE);
    expect(names.filter((name) => !metrics.has(name) && !attributes.has(name))).toEqual([]);
  });

  it('sentences of the GenAI conventions are copied only where the package has none', () => {
    const names = Object.keys(genAiBriefs);
    expect(names.filter((name) => metricConventions.has(name) || attributeConventions.has(name))).toEqual([]);
  });

  it('HELP of a metric that a sum counts twice names the right sum', () => {
    const missing = Object.entries(NOT_SUMMABLE).filter(([name, hint]) => !metrics.get(name)!.brief.endsWith(`${hint}.`));
    expect(missing).toEqual([]);
  });

  it('a gauge of unit 1 is a share, a score or a ratio, never yes or no', () => {
    const ratios = CATALOG.filter(({ instrument, unit }) => instrument === 'gauge' && unit === '1').map(({ name }) => name);
    expect(ratios).toEqual([
      'agent.coordination.efficiency',
      'agent.memory.compression',
      'agent.score.last',
      'nodejs.eventloop.utilization',
      'process.cpu.utilization',
      'system.cpu.utilization',
      'system.filesystem.utilization',
      'system.memory.utilization',
    ]);
  });
});

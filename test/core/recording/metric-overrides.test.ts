import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineMetric } from '../../../src/core/metric.ts';
import { overrideFor, type PatternOverride } from '../../../src/core/recording/metric-overrides.ts';
import { Registry } from '../../../src/core/recording/registry.ts';

const policies: readonly PatternOverride[] = [
  { pattern: '*', limit: 100 },
  { pattern: 'http.*', limit: 500, dropAttributes: ['server.port'] },
  { pattern: 'http.client.*', drop: true, dropAttributes: ['url.scheme', 'server.port'] },
  { pattern: 'http.server.request.duration', buckets: [0.1, 1] },
  { pattern: 'http.server.request.*', buckets: [0.5] },
];

describe('the policies of a metric', () => {
  it.each([
    ['job.duration', { limit: 100 }],
    ['http.server.active_requests', { limit: 500, dropAttributes: ['server.port'] }],
    ['http.client.request.duration', { limit: 500, drop: true, dropAttributes: ['server.port', 'url.scheme'] }],
    ['http.server.request.duration', { limit: 500, buckets: [0.5], dropAttributes: ['server.port'] }],
  ])('%s: a later one wins, attributes to drop add up', (name, expected) => {
    expect(overrideFor(name, policies)).toEqual(expected);
  });

  it('overrideFor is empty where no pattern matches', () => {
    expect(overrideFor('job.duration', policies.slice(1))).toEqual({});
  });

  it('a later override keeps what it does not set', () => {
    const later = { pattern: '*', limit: undefined, drop: undefined, buckets: undefined, dropAttributes: undefined };
    expect(overrideFor('http.client.request.duration', [...policies, later])).toEqual(
      overrideFor('http.client.request.duration', policies),
    );
  });

  it('the last limit of the matching overrides wins', () => {
    const policy = fc.record({ pattern: fc.constantFrom('*', 'a.*', 'b.*', 'a.b'), limit: fc.nat() });
    fc.assert(
      fc.property(fc.array(policy), (all) => {
        const fitting = all.filter(({ pattern }) => pattern !== 'b.*');
        expect(overrideFor('a.b', all).limit).toBe(fitting.at(-1)?.limit);
      }),
    );
  });

  it('a registry applies the merged overrides', () => {
    const registry = new Registry();
    registry.overrideOf = (name) => overrideFor(name, policies);
    const attributes = [{ key: 'server.port', type: 'int', brief: 'The port.' }] as const;
    registry.instrument(
      defineMetric({
        name: 'http.server.request.duration',
        instrument: 'histogram',
        unit: 's',
        brief: 'Time.',
        stability: 'stable',
        attributes,
        buckets: [1, 2, 3],
      }),
    );
    registry.instrument(
      defineMetric({
        name: 'http.client.open',
        instrument: 'counter',
        unit: '1',
        brief: 'Opened.',
        stability: 'stable',
        attributes,
      }),
    );
    expect(registry.families.map(({ definition, buckets, keys }) => [definition.name, buckets, keys])).toEqual([
      ['http.server.request.duration', [0.5], []],
    ]);
  });
});

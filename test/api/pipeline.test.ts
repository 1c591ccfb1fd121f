// `pipeline` records stages by outcome, items by source and outcome, and when a run last succeeded.
import { describe, expect, it } from 'vitest';
import { pipeline } from '../../src/index.ts';
import { newId, seriesOf } from './api-kit.ts';

async function lastSuccess(id: string): Promise<unknown> {
  return (await seriesOf('pipeline.last_success', id))[0]?.['value'];
}

describe('pipeline', () => {
  it('pipeline.stage records the outcome, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    const fail = (): Promise<never> => Promise.reject(new RangeError('x'));
    pipeline.stage({ pipeline: unbound, stage: 'parse' }, () => 1);
    await pipeline.stage({ pipeline: unbound, stage: 'parse' }, fail).catch(() => {});
    const series = pipeline.bind({ pipeline: bound });
    series.stage({ stage: 'parse' }, () => 1);
    await series.stage({ stage: 'parse' }, fail).catch(() => {});
    for (const id of [unbound, bound])
      expect(await seriesOf('pipeline.stage.duration', id)).toEqual([
        { 'pipeline.stage': 'parse', 'pipeline.outcome': 'success', value: 1 },
        { 'pipeline.stage': 'parse', 'pipeline.outcome': 'error', 'error.type': 'RangeError', value: 1 },
      ]);
  });

  it('pipeline.items counts by source and outcome, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    pipeline.items({ pipeline: unbound, source: 'rss', outcome: 'success' }, 40);
    pipeline.items({ pipeline: unbound, source: 'rss', outcome: 'skipped' });
    const series = pipeline.bind({ pipeline: bound });
    series.items({ source: 'rss', outcome: 'success' }, 40);
    series.items({ source: 'rss', outcome: 'skipped' });
    for (const id of [unbound, bound])
      expect(await seriesOf('pipeline.items', id)).toEqual([
        { 'source.type': 'rss', 'pipeline.item.outcome': 'success', value: 40 },
        { 'source.type': 'rss', 'pipeline.item.outcome': 'skipped', value: 1 },
      ]);
  });

  it('pipeline.run sets the last success when it ends without an error, and not before', async () => {
    const id = newId();
    const { promise, resolve } = Promise.withResolvers<void>();
    const run = pipeline.run({ pipeline: id }, () => promise);
    await pipeline.run({ pipeline: id }, () => Promise.reject(new Error('x'))).catch(() => {});
    expect(await lastSuccess(id)).toBeUndefined();
    const before = Date.now() / 1000;
    resolve();
    await run;
    expect(await lastSuccess(id)).toBeGreaterThanOrEqual(before);
    expect(await lastSuccess(id)).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('pipeline.succeeded sets the last success, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    const before = Date.now() / 1000;
    pipeline.succeeded({ pipeline: unbound });
    pipeline.bind({ pipeline: bound }).succeeded();
    expect(await lastSuccess(unbound)).toBeGreaterThanOrEqual(before);
    expect(await lastSuccess(bound)).toBeGreaterThanOrEqual(before);
  });
});

// The console exporter prints what a program records, and never more than is asked for.
import { runInNewContext } from 'node:vm';
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { afterAll, describe, expect, it } from 'vitest';
import { type ExportedSeries, holdsContract } from '../kit/exporter-kit.ts';
import { killApps, runApp } from '../kit/run-app.ts';

const PRELOAD = ['--import', './test/sdk/fixtures/preload.mjs'];
const env = { OTEL_METRICS_EXPORTER: 'console' };

afterAll(killApps);

/** The objects that were printed, one after the other, in the notation of JavaScript. */
function printed(text: string): ExportedSeries[] {
  const metrics = runInNewContext(`[${text.replaceAll(/^\}\n(?=\{)/gm, '},\n')}]`) as MetricData[];
  return metrics.flatMap((metric) =>
    metric.dataPoints.map(({ attributes, value }) => {
      const { name, unit } = metric.descriptor;
      const type =
        ({ [DataPointType.GAUGE]: 'gauge', [DataPointType.SUM]: 'sum' } as const)[metric.dataPointType as 2 | 3] ?? 'histogram';
      // The official exporter does not print whether a sum only grows.
      const isMonotonic = type === 'sum' && name !== 'app.balance';
      if (typeof value === 'number') return { name, unit, type, isMonotonic, attributes, value };
      const { buckets } = value as unknown as { buckets: { boundaries: number[]; counts: number[] } };
      return {
        name,
        unit,
        type,
        isMonotonic,
        attributes,
        value: value.count,
        sum: value.sum,
        bounds: buckets.boundaries,
        counts: buckets.counts,
      };
    }),
  );
}

describe('the console exporter', () => {
  holdsContract(async () => {
    const ending = await runApp([...PRELOAD, './test/sdk/fixtures/script.mjs'], { env }).ended;
    expect(ending).toMatchObject({ code: 0, stderr: '' });
    return printed(ending.stdout);
  });

  it('prints the last points of a process that exits', async () => {
    const program = ['--input-type=module', '-e', 'shop.orders.add(3); process.exit(1)'];
    const { code, stdout } = await runApp([...PRELOAD, ...program], { env }).ended;
    expect(code).toBe(1);
    expect(printed(stdout)).toMatchObject([{ name: 'shop.orders', value: 3 }]);
  });

  it('prints nothing where nothing was recorded', async () => {
    expect(await runApp([...PRELOAD, '-e', ''], { env }).ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});

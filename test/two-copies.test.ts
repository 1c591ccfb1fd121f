// Two copies of promtel in one process share a registry, and each exports the series of both.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedRegistry } from '../src/core/recording/shared-registry.ts';
import * as promtel from '../src/index.ts';
import { PointReader } from '../src/sdk/point-reader.ts';
import { CUMULATIVE } from '../src/sdk/points.ts';
import * as testing from '../src/testing.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'promtel-copy-'));

const common = { brief: 'For a test.', stability: 'development', attributes: [] } as const;
const duration = promtel.defineMetric({ ...common, name: 't.h', instrument: 'histogram', unit: 's', buckets: [1, 5] });
const count = promtel.defineMetric({ ...common, name: 't.c', instrument: 'counter', unit: '{thing}' });
const level = promtel.defineMetric({ ...common, name: 't.g', instrument: 'gauge', unit: '{thing}', merge: 'max' });
const expected = [
  't_c_total 3',
  't_g 4',
  't_h_seconds_bucket{le="1.0"} 1',
  't_h_seconds_bucket{le="5.0"} 2',
  't_h_seconds_bucket{le="+Inf"} 2',
  't_h_seconds_sum 3.5',
  't_h_seconds_count 2',
];

let copy: typeof promtel;

beforeAll(async () => {
  for (const path of ['dist', 'src', 'package.json']) cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  copy = (await import(/* @vite-ignore */ pathToFileURL(join(folder, 'dist/index.js')).href)) as typeof promtel;
  // The copy comes first: the registry and every cell in it are instances of its classes.
  for (const [{ getInstrument }, seconds, amount] of [[copy, 0.5, 1] as const, [promtel, 3, 2] as const]) {
    getInstrument({ ...duration }).record(seconds);
    getInstrument({ ...count }).add(amount);
    getInstrument({ ...level }).set(amount * 2);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('two copies of promtel', () => {
  it('two copies of promtel have different modules and the same instruments', () => {
    expect(copy.getInstrument).not.toBe(promtel.getInstrument);
    expect(copy.getInstrument(count)).toBe(promtel.getInstrument(count));
  });

  it('two copies of promtel serve the same page', async () => {
    for (const { metricsResponse } of [copy, promtel]) {
      const page = await metricsResponse(
        new Request('http://localhost/', { headers: { accept: 'application/openmetrics-text' } }),
      );
      const lines = (await page.text()).split('\n').filter((line) => line.startsWith('t_'));
      expect(lines.filter((line) => !line.includes('_created'))).toEqual(expected);
    }
  });

  it('promtel/testing collects what two copies of promtel recorded', async () => {
    await testing.expectMetric(duration, { value: 2, sum: 3.5 });
    await testing.expectMetric(count, { value: 3 });
    await testing.expectMetric(level, { value: 4 });
  });

  it('PointReader reads what two copies of promtel recorded', () => {
    const [{ metrics } = { metrics: [] }] = new PointReader(sharedRegistry(), () => CUMULATIVE).read();
    expect(
      Object.fromEntries(metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints[0]?.value])),
    ).toMatchObject({
      't.h': { buckets: { boundaries: [1, 5], counts: [1, 1, 0] }, sum: 3.5, count: 2 },
      't.c': 3,
      't.g': 4,
    });
  });
});

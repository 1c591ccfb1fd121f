// The metrics page of a process, as Prometheus would query it.
import type { App } from '../apps/run-app.ts';
import { parseExposition, type ParsedSample, seriesKey } from './parse-exposition.ts';

/** The text of the page of a process that was started with port 0. */
export async function readPage(app: App): Promise<string> {
  const [, url] = await app.line(/metrics at (http:[^\s,]+)/);
  return (await fetch(url!)).text();
}

export async function readSamples(app: App): Promise<ParsedSample[]> {
  const families = parseExposition(await readPage(app));
  return [...families.values()].flatMap(({ samples }) => samples);
}

/** Adds up what samples of some metrics tell, by series and without what is 0. */
export function sumsOf(samples: readonly ParsedSample[], metrics: RegExp): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, labels, value } of samples) {
    if (!metrics.test(name) || value === 0) continue;
    const key = seriesKey(name, labels);
    sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}

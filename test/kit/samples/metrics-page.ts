// Reads the metrics page of a process, and its samples by series.
import type { App } from '../apps/run-app.ts';
import { parseExposition, type ParsedSample, seriesKey } from './parse-exposition.ts';

/** The text of the page, whose address is in the start-up line of the process. */
export async function readPage(app: App): Promise<string> {
  const [, url] = await app.line(/metrics at (http:[^\s,]+)/);
  return (await fetch(url!)).text();
}

export async function readSamples(app: App): Promise<ParsedSample[]> {
  const families = parseExposition(await readPage(app));
  return [...families.values()].flatMap(({ samples }) => samples);
}

/** The sums of the samples of some metrics, by series, but for those that are 0. */
export function sumsOf(samples: readonly ParsedSample[], metrics: RegExp): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, labels, value } of samples) {
    if (!metrics.test(name) || value === 0) continue;
    const key = seriesKey(name, labels);
    sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}

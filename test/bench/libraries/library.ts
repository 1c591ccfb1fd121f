// The interface of libraries in the scrape and memory benchmarks: a counter and a histogram with three labels, and the page.
import type { Labels } from '../kit/series.ts';

export interface Library {
  /** Adds 1 to the counter series of the labels. */
  count(labels: Labels): void;
  /** Records into the histogram series of the labels. */
  observe(labels: Labels, seconds: number): void;
  /** The page in Prometheus' text format, as the bytes that would be sent. */
  page(): Promise<readonly Buffer[]>;
}

/** Libraries by the name of their file. */
export const LIBRARIES = ['prom-client', 'official-exporter', 'promtel'] as const;
export type LibraryName = (typeof LIBRARIES)[number];

/** The library of a process that has only this one. */
export async function load(name: LibraryName): Promise<Library> {
  const { library } = (await import(`./${name}.ts`)) as { readonly library: Library };
  return library;
}

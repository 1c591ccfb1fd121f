// The interface of libraries in the scrape and memory benchmarks: a counter and a histogram with three labels, and the page.
import type { Labels } from '../kit/series.ts';

export interface Library {
  /** Adds 1 to the counter series of the labels. */
  count(labels: Labels): void;
  /** Records into the histogram series of the labels. */
  observe(labels: Labels, seconds: number): void;
  /** Accept headers that get pages of their own: text first, OpenMetrics second. */
  readonly forms: readonly string[];
  /** The page as the bytes that would be sent for an Accept header; Prometheus' text format unless given. */
  page(accept?: string): Promise<readonly Buffer[]>;
}

export const TEXT = 'text/plain;version=0.0.4';
export const OPENMETRICS = 'application/openmetrics-text;version=1.0.0';

/** Libraries by the name of their file; `prometheus-io` is @prometheus-io/client, the successor of prom-client. */
export const LIBRARIES = ['prom-client', 'prometheus-io', 'official-exporter', 'promtel'] as const;
export type LibraryName = (typeof LIBRARIES)[number];

/** Their names in a report. */
export const TITLES: Readonly<Record<LibraryName, string>> = {
  'prom-client': 'prom-client',
  'prometheus-io': '@prometheus-io/client',
  'official-exporter': 'SDK',
  promtel: 'promtel',
};

/** The library of a process that has only this one. */
export async function load(name: LibraryName): Promise<Library> {
  const { library } = (await import(`./${name}.ts`)) as { readonly library: Library };
  return library;
}

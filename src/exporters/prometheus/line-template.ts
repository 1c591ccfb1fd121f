// Sample lines up to their value: what all series of a family have in common, which the labels of a series complete.
//
// Of `http_duration_bucket{method="GET",le="0.5"} 7`, the opening is `http_duration_bucket{`, the labels of the series are
// `method="GET",`, and the closing of the bucket is `le="0.5"} `.
import { metricNeedsQuotes, SUFFIX } from '../../core/naming/prometheus-name.ts';
import type { Syntax } from './format.ts';
import { boundText, metricNameText } from './text.ts';

export interface LineTemplate {
  /** The text before the labels of a series. */
  readonly opening: string;
  /** The text before the value of a series without labels. */
  readonly unlabelled: string;
}

export interface HistogramTemplate {
  /** The text before the labels of a series, on the line of any bucket. */
  readonly opening: string;
  /** For each bucket, the text from its own label to its value. */
  readonly closings: readonly string[];
  readonly sum: LineTemplate;
  readonly count: LineTemplate;
}

export function lineTemplate(name: string): LineTemplate {
  const nameText = metricNameText(name);
  return metricNeedsQuotes(name)
    ? { opening: `{${nameText},`, unlabelled: `{${nameText}} ` }
    : { opening: `${nameText}{`, unlabelled: `${nameText} ` };
}

/** The lines of a histogram: its buckets, the one without an upper bound, the sum and the count. */
export function histogramTemplate(name: string, bounds: readonly number[], syntax: Syntax): HistogramTemplate {
  return {
    opening: lineTemplate(name + SUFFIX.bucket).opening,
    closings: [...bounds, Infinity].map((bound) => `le="${boundText(bound, syntax)}"} `),
    sum: lineTemplate(name + SUFFIX.sum),
    count: lineTemplate(name + SUFFIX.count),
  };
}

/** The line up to its value, for a series with these labels. */
export function linePrefix({ opening, unlabelled }: LineTemplate, labels: string): string {
  return labels === '' ? unlabelled : `${opening}${labels}} `;
}

/** The line of a bucket up to the bucket's own label. */
export function bucketPrefix({ opening }: HistogramTemplate, labels: string): string {
  return labels === '' ? opening : `${opening}${labels},`;
}

// Line templates: a name and labels as they are written before a value, in quotes where the name is no classic one.
import { expect, it } from 'vitest';
import { bucketPrefix, histogramTemplate, linePrefix, lineTemplate } from '../../../src/exporters/prometheus/line-template.ts';

it('linePrefix has names in quotes within the braces where they are no classic ones', () => {
  const prefixes = (name: string): string[] => ['', 'b="c"'].map((labels) => linePrefix(lineTemplate(name), labels));
  expect(prefixes('a')).toEqual(['a ', 'a{b="c"} ']);
  expect(prefixes('a.b')).toEqual(['{"a.b"} ', '{"a.b",b="c"} ']);
});

it('histogramTemplate has a line for each bucket, the sum and the count', () => {
  const lines = (name: string, labels: string, bound: number, syntax: 'text' | 'openmetrics'): string[] => {
    const template = histogramTemplate(name, [bound], syntax);
    const buckets = template.closings.map((closing) => bucketPrefix(template, labels) + closing);
    return [...buckets, linePrefix(template.sum, labels), linePrefix(template.count, labels)];
  };
  expect(lines('a', '', 0.5, 'text')).toEqual(['a_bucket{le="0.5"} ', 'a_bucket{le="+Inf"} ', 'a_sum ', 'a_count ']);
  expect(lines('a.b', 'c="d"', 2, 'openmetrics')).toEqual([
    '{"a.b_bucket",c="d",le="2.0"} ',
    '{"a.b_bucket",c="d",le="+Inf"} ',
    '{"a.b_sum",c="d"} ',
    '{"a.b_count",c="d"} ',
  ]);
  expect(lines('a.b', '', 2, 'text')[0]).toBe('{"a.b_bucket",le="2"} ');
});

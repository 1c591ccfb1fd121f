// Escaped names: as Prometheus' own library escapes them, and classic ones whatever the name.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelNeedsQuotes } from '../../../src/core/naming/prometheus-label.ts';
import { metricNeedsQuotes } from '../../../src/core/naming/prometheus-name.ts';
import { escapeLabelName, escapeMetricName } from '../../../src/exporters/prometheus/escaping.ts';
import { ESCAPING_SCHEMES } from '../../../src/exporters/prometheus/format.ts';

describe('a metric name', () => {
  // What model.EscapeName of github.com/prometheus/common v0.71.0 gives.
  it.each([
    ['http_requests_total', 'http_requests_total', 'http__requests__total', 'http_requests_total'],
    ['http.requests_total', 'http_requests_total', 'http_dot_requests__total', 'U__http_2e_requests__total'],
    ['no:escaping', 'no:escaping', 'no:escaping', 'no:escaping'],
    ['label with space', 'label_with_space', 'label__with__space', 'U__label_20_with_20_space'],
    ['1st', '_st', '__st', 'U___31_st'],
    ['größe', 'gr__e', 'gr____e', 'U__gr_f6__df_e'],
    ['花火', '__', '____', 'U___82b1__706b_'],
    ['a\u{1F600}', 'a_', 'a__', 'U__a_1f600_'],
    ['\uFFFD', '_', '__', 'U___fffd_'],
  ])('%s', (name, underscores, dots, values) => {
    expect(escapeMetricName(name, 'underscores')).toBe(underscores);
    expect(escapeMetricName(name, 'dots')).toBe(dots);
    expect(escapeMetricName(name, 'values')).toBe(values);
    expect(escapeMetricName(name, 'allow-utf-8')).toBe(name);
  });

  it('an escaped metric name is a classic one, unless the scraper accepts any', () => {
    for (const scheme of ESCAPING_SCHEMES.filter((name) => name !== 'allow-utf-8')) {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => !metricNeedsQuotes(escapeMetricName(name, scheme))),
      );
    }
  });
});

describe('a label name', () => {
  it('an escaped label name has no colon', () => {
    expect(ESCAPING_SCHEMES.map((scheme) => escapeLabelName('a:b', scheme))).toEqual(['a:b', 'a_b', 'a__b', 'U__a_3a_b']);
  });

  it('an escaped label name is a classic one, unless the scraper accepts any', () => {
    for (const scheme of ESCAPING_SCHEMES.filter((name) => name !== 'allow-utf-8')) {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => !labelNeedsQuotes(escapeLabelName(name, scheme))),
      );
    }
  });
});

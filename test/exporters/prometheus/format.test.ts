// Which format a reader gets: what real scrapers send, and what anybody could.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FORMAT, negotiate } from '../../../src/exporters/prometheus/format.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

describe('the format', () => {
  it.each([
    // Prometheus 2.42
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      OPENMETRICS,
    ],
    // Prometheus 3.15 with names in quotes, without, with a protobuf in front, and by text alone
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.7,application/openmetrics-text;version=0.0.1;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.3',
      `${OPENMETRICS}; escaping=allow-utf-8`,
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.7,text/plain;version=0.0.4;q=0.4,*/*;q=0.3',
      `${OPENMETRICS}; escaping=underscores`,
    ],
    [
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,application/openmetrics-text;version=1.0.0;escaping=dots;q=0.6',
      `${OPENMETRICS}; escaping=dots`,
    ],
    [
      'text/plain;version=1.0.0;escaping=values;q=0.5,text/plain;version=0.0.4;q=0.4',
      'text/plain; version=1.0.0; charset=utf-8; escaping=values',
    ],
    // Prometheus before 2.5, a browser, curl, nothing
    ['text/plain;version=0.0.4;q=1,*/*;q=0.1', TEXT],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', TEXT],
    ['*/*', TEXT],
    ['', TEXT],
    // only a version that there is not
    ['application/openmetrics-text;version=0.0.1', TEXT],
    ['application/openmetrics-text;version=2.0.0,text/plain', TEXT],
    // of equals the first, a quality of nothing, spaces, capitals, quotes, an unknown scheme
    ['text/plain,application/openmetrics-text', TEXT],
    ['application/openmetrics-text;q=0,text/plain;q=0.1', TEXT],
    ['text/plain;q=0.5 , Application/OpenMetrics-Text ; Version="1.0.0" ; Q=0.6', OPENMETRICS],
    ['application/openmetrics-text; escaping=rot13', OPENMETRICS],
    ['application/*', OPENMETRICS],
    ['text/*', TEXT],
    ['application/json', TEXT],
  ])('for %s', (accept, contentType) => {
    expect(negotiate(accept).contentType).toBe(contentType);
  });

  it('the format without an Accept header is text with classic names', () => {
    expect(negotiate(undefined)).toEqual(DEFAULT_FORMAT);
    expect(DEFAULT_FORMAT).toEqual({ syntax: 'text', escaping: 'underscores', contentType: TEXT });
  });

  it('the format has classic names unless the scraper accepts others', () => {
    expect(negotiate('application/openmetrics-text;version=1.0.0').escaping).toBe('underscores');
    expect(negotiate('text/plain;version=1.0.0;escaping=allow-utf-8').escaping).toBe('allow-utf-8');
  });

  it('negotiate returns a format for any header', () => {
    const anyAccept = fc.string({
      unit: fc.constantFrom('text/plain', '*/*', ';', ',', '=', 'q', '"', ' ', '1', 'escaping', 'NaN', '-'),
      maxLength: 30,
    });
    fc.assert(fc.property(anyAccept, (accept) => ['text', 'openmetrics'].includes(negotiate(accept).syntax)));
  });
});

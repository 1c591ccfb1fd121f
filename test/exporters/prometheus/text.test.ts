// The smallest pieces: bounds as Go formats them, and strings that come back as they were.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linePrefix, lineTemplate } from '../../../src/exporters/prometheus/line-template.ts';
import { boundText, escapeHelp, escapeQuoted, labelsText, numberText } from '../../../src/exporters/prometheus/text.ts';
import { parseExposition } from '../../kit/samples/parse-exposition.ts';

describe('a value', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('%d', (value, text) => expect(numberText(value)).toBe(text));
});

describe('the bound of a bucket', () => {
  // The second column is what strconv.FormatFloat(bound, 'g', -1, 64) of Go gives, with `.0` where it has no point.
  it.each([
    [0, '0.0', '0'],
    [0.5, '0.5', '0.5'],
    [1, '1.0', '1'],
    [0.0001, '0.0001', '0.0001'],
    [0.00001, '1e-05', '0.00001'],
    [0.00012345, '0.00012345', '0.00012345'],
    [100_000, '100000.0', '100000'],
    [999_999, '999999.0', '999999'],
    [1_000_000, '1e+06', '1000000'],
    [1_048_576, '1.048576e+06', '1048576'],
    [12_345_678.5, '1.23456785e+07', '12345678.5'],
    [1e21, '1e+21', '1e+21'],
    [5e-324, '5e-324', '5e-324'],
    [-1, '-1.0', '-1'],
    [-0.25, '-0.25', '-0.25'],
    [Infinity, '+Inf', '+Inf'],
  ])('%d', (bound, openMetrics, text) => {
    expect(boundText(bound, 'openmetrics')).toBe(openMetrics);
    expect(boundText(bound, 'text')).toBe(text);
  });

  it('boundText parses to the number that was written', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (bound) => Number(boundText(bound, 'openmetrics')) === bound,
      ),
    );
  });
});

describe('strings', () => {
  it('quoted strings parse to what was written, except for lone surrogates', () => {
    const anyLabels = fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }), {
      maxKeys: 4,
    });
    const anyName = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(anyName, anyLabels, anyName, (name, labels, help) => {
        fc.pre(!('__name__' in labels));
        const nameText = `"${escapeQuoted(name)}"`;
        const line = `${linePrefix(lineTemplate(name), labelsText(new Map(Object.entries(labels))))}1\n`;
        const page = `# HELP ${nameText} ${escapeHelp(help, 'text')}\n# TYPE ${nameText} gauge\n${line}`;
        const family = parseExposition(page).get(name);
        expect(family?.help).toBe(help);
        expect(family?.samples).toEqual([{ name, labels, value: 1, exemplar: undefined }]);
      }),
    );
    expect(escapeQuoted('a\uD800')).toBe('a\uFFFD');
  });

  it('escapeHelp escapes quotes in OpenMetrics only', () => {
    expect(escapeHelp('"\\\n', 'text')).toBe('"\\\\\\n');
    expect(escapeHelp('"\\\n', 'openmetrics')).toBe('\\"\\\\\\n');
  });
});

it('labelsText has the same text for the same labels, in whatever order', () => {
  const pairs: [string, string][] = [
    ['b', '1'],
    ['a.c', '2'],
    ['a', '3'],
  ];
  expect(labelsText(new Map(pairs))).toBe('"a.c"="2",a="3",b="1"');
  expect(labelsText(new Map(pairs.toReversed()))).toBe(labelsText(new Map(pairs)));
});

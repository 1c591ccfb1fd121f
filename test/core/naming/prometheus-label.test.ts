// Label names and label sets: as Prometheus' OTLP receiver makes them, and valid for any key.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelNeedsQuotes, prometheusLabel, prometheusLabels } from '../../../src/core/naming/prometheus-label.ts';
import { TRANSLATION_STRATEGIES } from '../../../src/core/naming/translation-strategy.ts';

type Answer = string | { error: string };

const [, ...rows] = (
  JSON.parse(readFileSync(new URL('../../golden/names/vectors.json', import.meta.url), 'utf8')) as {
    labels: [key: string, escaped: Answer, untouched: Answer][];
  }
).labels;

describe('label names', () => {
  it('label names are those of the translator wherever it accepts the key', () => {
    const escaped = rows.filter(([, answer]) => typeof answer === 'string');
    expect(escaped.length).toBeGreaterThan(40);
    expect(escaped.map(([key]) => [key, prometheusLabel(key)])).toEqual(escaped.map(([key, answer]) => [key, answer]));
    const untouched = rows.filter(([key, , answer]) => typeof answer === 'string' && !key.includes('\0'));
    expect(untouched.map(([key]) => prometheusLabel(key, 'NoTranslation'))).toEqual(untouched.map(([, , answer]) => answer));
  });

  it('label names are classic ones where the translator rejects the key', () => {
    const rejected = rows.filter(([, answer]) => typeof answer !== 'string');
    expect(Object.fromEntries(rejected.map(([key]) => [key, prometheusLabel(key)]))).toEqual({
      '': 'key',
      __: 'key__',
      ___: 'key___',
      ____: 'key____',
      '..': 'key__',
      '...': 'key___',
      '__..__': 'key______',
      '{}': 'key__',
      温度: 'key__',
    });
  });

  it('label names are the keys under NoTranslation, except for the empty key', () => {
    expect(['', '_', '__', 'a.b'].map((key) => prometheusLabel(key, 'NoTranslation'))).toEqual(['key', '_', '__', 'a.b']);
  });

  it('label names hold neither NUL nor lone surrogates', () => {
    expect(['a\uD800', 'a\0'].map((key) => prometheusLabel(key, 'NoUTF8EscapingWithSuffixes'))).toEqual(['a\uFFFD', 'a\uFFFD']);
  });

  it('label names need quotes unless they are classic', () => {
    expect(['a', '_1', 'A'].map(labelNeedsQuotes)).toEqual([false, false, false]);
    expect(['', '1a', 'a:b', 'a.b', 'é'].map(labelNeedsQuotes)).toEqual(Array(5).fill(true));
  });
});

describe('label sets', () => {
  const labels = (attributes: Record<string, unknown>, kind: 'gauge' | 'histogram' = 'gauge') =>
    Object.fromEntries(prometheusLabels(attributes, kind));

  it('labels whose keys become one have their values joined in the order of the keys', () => {
    expect(labels({ a_b: '3', 'a-b': '1', c: 'x', 'a.b': '2' })).toEqual({ a_b: '1;2;3', c: 'x' });
  });

  it('labels are joined in the order of the UTF-8 bytes of their keys', () => {
    expect(labels({ 'a😀': 'second', 'a\uFF5E': 'first' })).toEqual({ a_: 'first;second' });
  });

  it('labels stay apart under NoTranslation', () => {
    expect(Object.fromEntries(prometheusLabels({ 'a.b': '1', a_b: '2' }, 'gauge', 'NoTranslation'))).toEqual({
      'a.b': '1',
      a_b: '2',
    });
  });

  it('label values of every type are written as text', () => {
    expect(labels({ n: 1.5, t: true, l: ['a', 1], i: 10n })).toEqual({ n: '1.5', t: 'true', l: '["a",1]', i: '10' });
  });

  it('labels without a value, or with one that has no text form, are left out', () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(labels({ a: '', b: undefined, c: null, d: cyclic, e: 'kept', f: () => 1 })).toEqual({ e: 'kept' });
    expect(labels({ 'a.b': '', a_b: 'kept' })).toEqual({ a_b: 'kept' });
  });

  it('labels that the exporter writes itself get the prefix exported_', () => {
    expect(labels({ __name__: 'x', le: '1' })).toEqual({ exported___name__: 'x', le: '1' });
    expect(labels({ le: '1' }, 'histogram')).toEqual({ exported_le: '1' });
  });

  it('labels are names that Prometheus can store, whatever the keys are', () => {
    const keys = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', '_', '.', '1', '温', '\uD800') }),
    );
    const strategies = fc.constantFrom(...TRANSLATION_STRATEGIES);
    fc.assert(
      fc.property(fc.dictionary(keys, fc.anything()), strategies, (attributes, strategy) => {
        for (const [label, value] of prometheusLabels(attributes, 'histogram', strategy)) {
          const isClassic = !labelNeedsQuotes(label);
          expect(
            isClassic || (!strategy.startsWith('Underscore') && label !== '' && label.isWellFormed() && !label.includes('\0')),
          ).toBe(true);
          expect(['le', '__name__']).not.toContain(label);
          expect(value).not.toBe('');
        }
      }),
    );
  });

  it('a translated label name is translated to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...TRANSLATION_STRATEGIES), (key, strategy) => {
        const label = prometheusLabel(key, strategy);
        expect(prometheusLabel(label, strategy)).toBe(label);
      }),
    );
  });
});

// Label names and label sets: as Prometheus' OTLP receiver makes them, and parsable whatever the keys are.
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
  it('are those of the translator wherever it has one', () => {
    const escaped = rows.filter(([, answer]) => typeof answer === 'string');
    expect(escaped.length).toBeGreaterThan(40);
    expect(escaped.map(([key]) => [key, prometheusLabel(key)])).toEqual(escaped.map(([key, answer]) => [key, answer]));
    const untouched = rows.filter(([key, , answer]) => typeof answer === 'string' && !key.includes('\0'));
    expect(untouched.map(([key]) => prometheusLabel(key, 'NoTranslation'))).toEqual(untouched.map(([, , answer]) => answer));
  });

  it('are classic ones where it refuses', () => {
    const refused = rows.filter(([, answer]) => typeof answer !== 'string');
    expect(Object.fromEntries(refused.map(([key]) => [key, prometheusLabel(key)]))).toEqual({
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

  it('are the keys themselves without escaping, but for the empty key', () => {
    expect(['', '_', '__', 'a.b'].map((key) => prometheusLabel(key, 'NoTranslation'))).toEqual(['key', '_', '__', 'a.b']);
  });

  it('hold no character that would make the page unparsable', () => {
    expect(['a\uD800', 'a\0'].map((key) => prometheusLabel(key, 'NoUTF8EscapingWithSuffixes'))).toEqual(['a\uFFFD', 'a\uFFFD']);
  });

  it('need quotes where they are not classic ones', () => {
    expect(['a', '_1', 'A'].map(labelNeedsQuotes)).toEqual([false, false, false]);
    expect(['', '1a', 'a:b', 'a.b', 'é'].map(labelNeedsQuotes)).toEqual(Array(5).fill(true));
  });
});

describe('label sets', () => {
  const labels = (attributes: Record<string, unknown>, kind: 'gauge' | 'histogram' = 'gauge') =>
    Object.fromEntries(prometheusLabels(attributes, kind));

  it('join the values of keys that become one, in the order of the keys', () => {
    expect(labels({ a_b: '3', 'a-b': '1', c: 'x', 'a.b': '2' })).toEqual({ a_b: '1;2;3', c: 'x' });
  });

  it('order keys as UTF-8 does, not as JavaScript does', () => {
    expect(labels({ 'a😀': 'second', 'a\uFF5E': 'first' })).toEqual({ a_: 'first;second' });
  });

  it('leave keys apart without escaping', () => {
    expect(Object.fromEntries(prometheusLabels({ 'a.b': '1', a_b: '2' }, 'gauge', 'NoTranslation'))).toEqual({
      'a.b': '1',
      a_b: '2',
    });
  });

  it('write values of every type as text', () => {
    expect(labels({ n: 1.5, t: true, l: ['a', 1], i: 10n })).toEqual({ n: '1.5', t: 'true', l: '["a",1]', i: '10' });
  });

  it('leave out what has no value or cannot be written', () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(labels({ a: '', b: undefined, c: null, d: cyclic, e: 'kept', f: () => 1 })).toEqual({ e: 'kept' });
    expect(labels({ 'a.b': '', a_b: 'kept' })).toEqual({ a_b: 'kept' });
  });

  it('set aside what the page writes itself', () => {
    expect(labels({ __name__: 'x', le: '1' })).toEqual({ exported___name__: 'x', le: '1' });
    expect(labels({ le: '1' }, 'histogram')).toEqual({ exported_le: '1' });
  });

  it('hold names that Prometheus can store, whatever the keys are', () => {
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

  it('keep a label name that was translated before', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...TRANSLATION_STRATEGIES), (key, strategy) => {
        const label = prometheusLabel(key, strategy);
        expect(prometheusLabel(label, strategy)).toBe(label);
      }),
    );
  });
});

// Units: what the catalogue may use, and that Prometheus' words are those of its own translator.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOG_UNITS, escapedUnitWords, isCatalogUnit, unitPhrase, unitWords } from '../../../src/core/naming/unit.ts';

const vectors = JSON.parse(readFileSync(new URL('../../golden/names/vectors.json', import.meta.url), 'utf8')) as {
  units: [unit: string, phrase: string][];
};

describe('catalogue units', () => {
  it.each([...CATALOG_UNITS, '{request}', '{api_key}', 'By/s', '{token}/s'])('allows %j', (unit) => {
    expect(isCatalogUnit(unit)).toBe(true);
  });

  it.each(['', ' ', 'ms', 'KiBy', '%', 'request', '{}', '{Request}', '{a}{b}', '/s', 's/', 'By/{request}', 'By/s/s', 'seconds'])(
    'does not allow %j',
    (unit) => {
      expect(isCatalogUnit(unit)).toBe(false);
    },
  );
});

describe('words of a unit', () => {
  it('are those of the translator', () => {
    const [, ...rows] = vectors.units;
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.map(([unit]) => [unit, unitPhrase(unit)])).toEqual(rows);
  });

  it('tell a meter from a minute by its place', () => {
    expect(unitWords('m/m')).toEqual({ main: 'meters', per: 'per_minute' });
  });

  it('drop annotations on either side', () => {
    expect(unitWords('{request}/s')).toEqual({ main: '', per: 'per_second' });
    expect(unitWords('By/{request}')).toEqual({ main: 'bytes', per: '' });
  });

  it('keep characters beyond the classic set until they are escaped', () => {
    expect(unitWords('µs/°')).toEqual({ main: 'µs', per: 'per_°' });
    expect(escapedUnitWords('µs/°')).toEqual({ main: 's', per: 'per_' });
  });
});

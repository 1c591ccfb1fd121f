// Units: those that the catalog may use, and the words that Prometheus' translator makes of them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOG_UNITS, escapedUnitWords, isCatalogUnit, unitPhrase, unitWords } from '../../../src/core/naming/unit.ts';

const vectors = JSON.parse(readFileSync(new URL('../../golden/names/vectors.json', import.meta.url), 'utf8')) as {
  units: [unit: string, phrase: string][];
};

describe('catalog units', () => {
  it.each([...CATALOG_UNITS, '{request}', '{api_key}', 'By/s', '{token}/s'])('the catalog may use unit %j', (unit) => {
    expect(isCatalogUnit(unit)).toBe(true);
  });

  it.each(['', ' ', 'ms', 'KiBy', '%', 'request', '{}', '{Request}', '{a}{b}', '/s', 's/', 'By/{request}', 'By/s/s', 'seconds'])(
    'the catalog may not use unit %j',
    (unit) => {
      expect(isCatalogUnit(unit)).toBe(false);
    },
  );
});

describe('words of a unit', () => {
  it('words of units are those of the translator', () => {
    const [, ...rows] = vectors.units;
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.map(([unit]) => [unit, unitPhrase(unit)])).toEqual(rows);
  });

  it('unit m is meters, and a minute after the slash', () => {
    expect(unitWords('m/m')).toEqual({ main: 'meters', per: 'per_minute' });
  });

  it('annotations add no word, on either side of the slash', () => {
    expect(unitWords('{request}/s')).toEqual({ main: '', per: 'per_second' });
    expect(unitWords('By/{request}')).toEqual({ main: 'bytes', per: '' });
  });

  it('words of units keep characters that are not classic until they are escaped', () => {
    expect(unitWords('µs/°')).toEqual({ main: 'µs', per: 'per_°' });
    expect(escapedUnitWords('µs/°')).toEqual({ main: 's', per: 'per_' });
  });
});

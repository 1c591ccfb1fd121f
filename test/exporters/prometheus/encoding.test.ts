// Compression: who takes gzip, and pieces that are the whole page.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptsGzip, pieces } from '../../../src/exporters/prometheus/encoding.ts';

describe('gzip', () => {
  it.each(['gzip', 'zstd,gzip', 'gzip, deflate, br', 'GZIP;q=0.5', 'x-gzip', '*', 'br;q=0, *', 'gzip;q=0.001'])(
    'is taken by %s',
    (header) => {
      expect(acceptsGzip(header)).toBe(true);
    },
  );

  it.each([undefined, '', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.000', '*;q=0', 'gzip;q=0, *', 'agzip', 'br, identity;q=0.5'])(
    'is not taken by %s',
    (header) => {
      expect(acceptsGzip(header)).toBe(false);
    },
  );
});

describe('pieces', () => {
  it('pieces are the joined chunks, in order and few', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(300), fc.nat(70_000)), { maxLength: 40 }), (sizes) => {
        const chunks = sizes.map((size, index) => Buffer.alloc(size, index));
        const cut = [...pieces(chunks)];
        const total = sizes.reduce((sum, size) => sum + size, 0);
        expect(Buffer.concat(cut).equals(Buffer.concat(chunks))).toBe(true);
        expect(cut.every(({ length }) => length > 0)).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(total / 32_768 + 1);
      }),
    );
  });
});

// Decompression of a body beside the application: any encoding, in any chunks, is read; what cannot be read is discarded.
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Decompressor, decompressorFor } from '../../src/llm-wire/decompress.ts';

const TEXT = JSON.stringify({ text: Array.from({ length: 20_000 }, (_, index) => index) });

const PACKED: readonly (readonly [string | undefined, Buffer])[] = [
  [undefined, Buffer.from(TEXT)],
  ['', Buffer.from(TEXT)],
  ['identity', Buffer.from(TEXT)],
  ['gzip', gzipSync(TEXT)],
  ['X-GZIP', gzipSync(TEXT)],
  [' deflate ', deflateSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['zstd', zstdCompressSync(TEXT)],
];

interface Read {
  readonly decoder: Decompressor;
  readonly text: () => string;
}

function decode(encoding: string | undefined): Read {
  const parts: Uint8Array[] = [];
  const decoder = decompressorFor(encoding, (bytes) => void parts.push(Buffer.from(bytes)))!;
  return { decoder, text: () => Buffer.concat(parts).toString() };
}

/** Whether all of it was read. */
const endOf = async ({ decoder }: Read): Promise<boolean> => await new Promise((resolve) => decoder.end(resolve));

describe.each(PACKED)('a body in content-encoding %j', (encoding, packed) => {
  it.each([7, 1000, 1_000_000])('a compressed body is read in chunks of %i bytes', async (size) => {
    const read = decode(encoding);
    for (let from = 0; from < packed.length; from += size) read.decoder.write(packed.subarray(from, from + size));
    expect(await endOf(read)).toBe(true);
    expect(read.text()).toBe(TEXT);
  });

  it('a compressed body that is cut off is read as far as it came', async () => {
    const read = decode(encoding);
    read.decoder.write(packed.subarray(0, Math.floor(packed.length / 2)));
    await endOf(read);
    expect(TEXT.startsWith(read.text())).toBe(true);
    // All of it is one block of zstd, which is read whole or not at all.
    expect(read.text().length).toBeGreaterThan(encoding === 'zstd' ? -1 : 1000);
  });

  it('a compressed body is no longer read once it is stopped', async () => {
    const read = decode(encoding);
    read.decoder.stop();
    read.decoder.stop();
    await endOf(read);
    expect(read.text()).toBe('');
  });
});

it.each(['gzip', 'deflate', 'br', 'zstd'])('a body that is no %s is not read, and ends', async (encoding) => {
  const read = decode(encoding);
  for (let part = 0; part < 10; part += 1) read.decoder.write(Buffer.from('{"this":"is not packed"}'));
  await new Promise((resolve) => setImmediate(resolve));
  read.decoder.write(Buffer.from('{"this":"is not packed"}'));
  expect(await endOf(read)).toBe(false);
  expect(read.text()).toBe('');
});

it('a body that comes faster than it can be decompressed is discarded rather than kept', async () => {
  const read = decode('gzip');
  const noise = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 251));
  const packed = gzipSync(Buffer.concat(Array.from({ length: 100 }, () => noise)), { level: 0 });
  for (let from = 0; from < packed.length; from += 65_536) read.decoder.write(packed.subarray(from, from + 65_536));
  expect(await endOf(read)).toBe(false);
  expect(read.text().length).toBeLessThan(packed.length / 2);
});

it('a body in an unknown content-encoding is not read', () => {
  for (const encoding of ['compress', 'gzip, br', 'dcb']) expect(decompressorFor(encoding, () => {})).toBeUndefined();
});

// Unpacks a compressed body beside the application, which unpacks it for itself: what is read here is looked at and let go.
import type { Transform } from 'node:stream';

/** What may be waiting to be unpacked; an answer that comes faster for so long is not read further. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

export interface Decoder {
  write(bytes: Uint8Array): void;
  /** Calls back when all that was written has been read, or with false if some of it could not be. */
  end(done: (isRead: boolean) => void): void;
  /** Lets go of what was not read yet. */
  stop(): void;
}

/** Hands a body's bytes to `read` as they were before any compression; undefined for one that is not known. */
export function decompressorFor(encoding: string | undefined, read: (bytes: Uint8Array) => void): Decoder | undefined {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return { write: read, end: (done) => done(true), stop() {} };
  const unpack = unpackerFor(name);
  return unpack && unpacking(unpack, read);
}

function unpackerFor(name: string): Transform | undefined {
  const zlib = process.getBuiltinModule('node:zlib');
  const { BROTLI_OPERATION_FLUSH, Z_SYNC_FLUSH, ZSTD_e_flush } = zlib.constants;
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip({ finishFlush: Z_SYNC_FLUSH });
    case 'deflate':
      return zlib.createInflate({ finishFlush: Z_SYNC_FLUSH });
    case 'br':
      return zlib.createBrotliDecompress({ finishFlush: BROTLI_OPERATION_FLUSH });
    case 'zstd':
      return zlib.createZstdDecompress({ finishFlush: ZSTD_e_flush });
    default:
      return undefined;
  }
}

function unpacking(unpack: Transform, read: (bytes: Uint8Array) => void): Decoder {
  let isOver = false;
  let isRead = false;
  let ended: ((isRead: boolean) => void) | undefined;
  const stop = (): void => {
    isOver = true;
    unpack.destroy();
    const done = ended;
    ended = undefined;
    done?.(isRead);
  };
  const finish = (): void => {
    isRead = true;
    stop();
  };
  unpack.on('data', read).on('error', stop).on('end', finish);
  return {
    write(bytes) {
      if (isOver) return;
      if (unpack.writableLength > MOST_WAITING_BYTES) stop();
      else unpack.write(bytes);
    },
    end(done) {
      ended = done;
      if (isOver) stop();
      else unpack.end();
    },
    stop,
  };
}

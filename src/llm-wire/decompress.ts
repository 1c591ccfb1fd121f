// Decompresses the body of a response, chunk by chunk, to read it beside the application.
import type { Transform } from 'node:stream';

/** How much may wait to be decompressed; a response that comes faster for longer is not read any further. */
const MOST_BUFFERED_BYTES = 4 * 1024 * 1024;

export interface Decompressor {
  write(bytes: Uint8Array): void;
  /** Calls back when all that was written has been read; with false if some of it could not be. */
  end(done: (isRead: boolean) => void): void;
  /** Discards what was not read yet. */
  stop(): void;
}

/** Passes the decompressed bytes of a body to `read`; undefined if its `content-encoding` is not known. */
export function decompressorFor(encoding: string | undefined, read: (bytes: Uint8Array) => void): Decompressor | undefined {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return { write: read, end: (done) => done(true), stop() {} };
  const transform = transformFor(name);
  return transform && decompressorThrough(transform, read);
}

function transformFor(name: string): Transform | undefined {
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

function decompressorThrough(transform: Transform, read: (bytes: Uint8Array) => void): Decompressor {
  let isOver = false;
  let isRead = false;
  let ended: ((isRead: boolean) => void) | undefined;
  const stop = (): void => {
    isOver = true;
    transform.destroy();
    const done = ended;
    ended = undefined;
    done?.(isRead);
  };
  const finish = (): void => {
    isRead = true;
    stop();
  };
  transform.on('data', read).on('error', stop).on('end', finish);
  return {
    write(bytes) {
      if (isOver) return;
      if (transform.writableLength > MOST_BUFFERED_BYTES) stop();
      else transform.write(bytes);
    },
    end(done) {
      ended = done;
      if (isOver) stop();
      else transform.end();
    },
    stop,
  };
}

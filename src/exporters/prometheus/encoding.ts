// Compression of a page: whether a scraper accepts gzip, and pieces large enough to compress or send.

/** Pages below this many bytes are sent as they are: compressing them saves no packet. */
export const LEAST_GZIP_BYTES = 1400;

/** The fastest level; it still makes a page a tenth of its size. */
export const GZIP_LEVEL = 1;

/** Whether an Accept-Encoding header accepts gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  let any = false;
  for (const clause of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = clause.split(';').map((part) => part.trim());
    const isAccepted = !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    if (coding === 'gzip' || coding === 'x-gzip') return isAccepted;
    if (coding === '*') any = isAccepted;
  }
  return any;
}

const PIECE_BYTES = 32 * 1024;

/** Joins small chunks, so that a page of many families is not sent or compressed a line at a time. */
export function* pieces(chunks: readonly Buffer[]): Generator<Buffer, void, void> {
  let small: Buffer[] = [];
  let size = 0;
  for (const chunk of chunks) {
    small.push(chunk);
    size += chunk.length;
    if (size < PIECE_BYTES) continue;
    yield small.length === 1 ? chunk : Buffer.concat(small, size);
    small = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(small, size);
}

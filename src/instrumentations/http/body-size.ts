// Sizes of HTTP/1 bodies, without headers and chunk framing: from Content-Length, else counted as they are read or written.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guard, Undo } from '../../hooks/instrumentation.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { type Method, wrapMethod } from '../../hooks/wrap-method.ts';

const RECEIVED = Symbol('promtel.body.received');
const SENT = Symbol('promtel.body.sent');

interface Received {
  [RECEIVED]?: number;
}

/** A response of node:http; the underscored fields have been there since its beginnings. */
interface Sent {
  [SENT]?: number;
  /** The Content-Length; null if the body is chunked or ends with the connection. */
  readonly _contentLength: number | null;
  /** False for responses to HEAD, and for 204 and 304. */
  readonly _hasBody: boolean;
  readonly _header: string | null;
  /** Whether `end` was called. */
  readonly finished: boolean;
}

/**
 * Counts the bytes of a chunked request, which the parser pushes chunk by chunk. Not by `observeOwnCalls`, which takes longer:
 * this is done for every such request.
 */
export function countRequestBody(request: IncomingMessage & Received, guard: Guard): void {
  if (headerOf(request, 'transfer-encoding') === undefined) return;
  const push = request.push.bind(request);
  request[RECEIVED] = 0;
  const count = guard((chunk: Buffer | null | undefined): void => {
    request[RECEIVED] = (request[RECEIVED] ?? 0) + (chunk?.length ?? 0);
  });
  const value = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    count(chunk);
    return push(chunk, encoding);
  };
  Object.defineProperty(request, 'push', { value, configurable: true, writable: true });
}

/** The size of a request's body in bytes; undefined if it has none, or not all of it arrived. */
export function requestBodySize(request: IncomingMessage): number | undefined {
  if (!request.complete) return undefined;
  const announced = headerOf(request, 'content-length');
  return announced === undefined ? (request as Received)[RECEIVED] : Number(announced);
}

/** A raw header: `headers` would make Node.js build an object of all of them, which the application may never read. */
function headerOf({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index]!;
    if (raw.length === name.length && raw.toLowerCase() === name) return rawHeaders[index + 1];
  }
  return undefined;
}

/** The size of a finished response's body in bytes. */
export function responseBodySize(response: ServerResponse): number {
  const { _hasBody, _contentLength, [SENT]: counted } = response as ServerResponse & Sent;
  if (!_hasBody) return 0;
  return _contentLength ?? counted ?? 0;
}

/**
 * Counts, from now on, what is written to responses without a Content-Length, such as compressed ones. Node.js does not publish
 * it, and the bytes of the connection include the framing; so `write` and `end` are patched. By their parameters, not by
 * `observeCalls`, since they run for every response.
 */
export function countResponseBodies(guard: Guard): Undo {
  const count = guard(countChunk);
  const { prototype } = process.getBuiltinModule('node:http').OutgoingMessage;
  return undoAll([
    wrapMethod(
      prototype,
      'write',
      (write) =>
        function (this: Sent, chunk: unknown, encoding: unknown, callback: unknown) {
          const isLate = this.finished;
          const result = write.call(this, chunk, encoding, callback);
          // Only now is it known: the first write is what makes the header.
          if (this._contentLength === null && !isLate) count(this, chunk, encoding);
          return result;
        } as Method,
    ),
    wrapMethod(
      prototype,
      'end',
      (end) =>
        function (this: Sent, chunk: unknown, encoding: unknown, callback: unknown) {
          // Without a header yet, this is the whole body, for which Node.js sets the Content-Length.
          if (this._contentLength === null && this._header !== null && !this.finished) count(this, chunk, encoding);
          return end.call(this, chunk, encoding, callback);
        } as Method,
    ),
  ]);
}

function countChunk(message: Sent, chunk: unknown, encoding: unknown): void {
  const size =
    chunk instanceof Uint8Array
      ? chunk.byteLength
      : typeof chunk === 'string'
        ? Buffer.byteLength(chunk, encodingOf(encoding))
        : 0;
  if (size > 0) message[SENT] = (message[SENT] ?? 0) + size;
}

function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
}

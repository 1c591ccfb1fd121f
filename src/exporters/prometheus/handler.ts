// The metrics page for a server that somebody else runs: as a handler of node:http, and as a web Response.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf, reportProblem } from '../../core/problem.ts';
import { acceptsGzip, GZIP_LEVEL, LEAST_GZIP_BYTES, pieces } from './encoding.ts';
import type { PageContent } from './format-cache.ts';
import { type Format, negotiate } from './format.ts';

/** What makes the page; `Page` does, or what loads one when it is first asked for. */
export interface Renderer {
  /** The page as it is now. Rejects with the reason when the collection failed. */
  render(format: Format): Promise<PageContent>;
}

export interface HandlerOptions {
  /** Whether pages are compressed for readers that accept it. */
  readonly gzip?: boolean | undefined;
}

/** Answers a request with the page, wherever it is mounted: the path is not looked at. Never throws. */
export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What both kinds of server need to know of a request. */
interface Asked {
  readonly method: string;
  readonly accept: string | undefined;
  readonly acceptEncoding: string | undefined;
}

/** A page or a refusal, before the body is compressed or written. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: PageContent;
  readonly isCompressed: boolean;
}

/**
 * Pages up to this size are written at once: a connection takes in that much anyway, and compressing it takes a third of a
 * millisecond, less than handing it to another thread and back.
 */
const AT_ONCE_BYTES = 256 * 1024;

const PLAIN_TEXT = 'text/plain; charset=utf-8';

/** For node:http and whatever gives its request and response: Express, Fastify's and Koa's raw ones. */
export function metricsHandler(page: Renderer, options: HandlerOptions = {}): MetricsHandler {
  return (request, response) => {
    respond(page, options, request, response).catch((error: unknown) => {
      reportProblem(
        'metricsHandler',
        `takes the request and response of node:http, such as request.raw and reply.raw of Fastify: ${messageOf(error)}`,
      );
    });
  };
}

async function respond(
  page: Renderer,
  options: HandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request;
  const acceptEncoding = headers['accept-encoding']?.toString();
  const made = await answer(page, options, { method, accept: headers.accept, acceptEncoding });
  if (!response.headersSent && !response.destroyed) send(response, made, method === 'HEAD');
}

/** For frameworks that speak the Fetch API: Hono, Next.js, Remix. Never rejects. */
export async function metricsResponse(page: Renderer, request: Request, options: HandlerOptions = {}): Promise<Response> {
  const { method, headers: asked } = request;
  const accept = asked.get('accept') ?? undefined;
  const acceptEncoding = asked.get('accept-encoding') ?? undefined;
  const { status, headers, content, isCompressed } = await answer(page, options, { method, accept, acceptEncoding });
  if (method === 'HEAD') return new Response(null, { status, headers });
  const body = Buffer.concat(content.chunks, content.byteLength);
  return new Response(isCompressed ? await gzipped(body) : body, { status, headers });
}

async function answer(page: Renderer, { gzip }: HandlerOptions, { method, accept, acceptEncoding }: Asked): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') {
    return {
      ...refusal(405, `The metrics page takes GET and HEAD, not ${method}.`),
      headers: { 'Content-Type': PLAIN_TEXT, Allow: 'GET, HEAD' },
    };
  }
  const format = negotiate(accept);
  if (method === 'HEAD') return found(format, { chunks: [], byteLength: 0 }, false);
  try {
    const content = await page.render(format);
    return found(format, content, gzip === true && content.byteLength >= LEAST_GZIP_BYTES && acceptsGzip(acceptEncoding));
  } catch (error) {
    return refusal(500, `The metrics could not be collected: ${messageOf(error)}`);
  }
}

function found({ contentType }: Format, content: PageContent, isCompressed: boolean): Answer {
  const headers: Record<string, string> = { 'Content-Type': contentType, Vary: 'Accept, Accept-Encoding' };
  if (isCompressed) headers['Content-Encoding'] = 'gzip';
  return { status: 200, headers, content, isCompressed };
}

function refusal(status: number, reason: string): Answer {
  const text = Buffer.from(`${reason}\n`);
  return {
    status,
    headers: { 'Content-Type': PLAIN_TEXT },
    content: { chunks: [text], byteLength: text.length },
    isCompressed: false,
  };
}

function send(response: ServerResponse, { status, headers, content, isCompressed }: Answer, isHead: boolean): void {
  // A reader that went away is none of the application's business.
  response.on('error', () => {});
  if (isHead) {
    response.writeHead(status, headers).end();
  } else if (content.byteLength > AT_ONCE_BYTES) {
    response.writeHead(status, isCompressed ? headers : { ...headers, 'Content-Length': `${content.byteLength}` });
    stream(content, isCompressed, response);
  } else {
    const page = Buffer.concat(content.chunks, content.byteLength);
    const body = isCompressed ? process.getBuiltinModule('node:zlib').gzipSync(page, { level: GZIP_LEVEL }) : page;
    response.writeHead(status, { ...headers, 'Content-Length': `${body.byteLength}` }).end(body);
  }
}

// No faster than the reader takes it, and compressed off the main thread.
function stream({ chunks }: PageContent, isCompressed: boolean, response: ServerResponse): void {
  const { pipeline, Readable } = process.getBuiltinModule('node:stream');
  const body = Readable.from(pieces(chunks));
  const done = (): void => {};
  if (!isCompressed) return void pipeline(body, response, done);
  const gzip = process.getBuiltinModule('node:zlib').createGzip({ level: GZIP_LEVEL });
  return void pipeline(body, gzip, response, done);
}

function gzipped(body: Buffer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  process.getBuiltinModule('node:zlib').gzip(body, { level: GZIP_LEVEL }, (error, result) => {
    if (error === null) resolve(result);
    else reject(error);
  });
  return promise;
}

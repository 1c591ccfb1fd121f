// A server of Amazon Bedrock's protocol on the loopback address: HTTP/2, JSON, and streams of messages in Amazon's event framing.
import { createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

interface Codec {
  encode(message: { readonly headers: object; readonly body: Uint8Array }): Uint8Array;
}

type CodecClass = new (toUtf8: (bytes: Uint8Array) => string, fromUtf8: (text: string) => Uint8Array) => Codec;

/** The codec that the client itself brings. */
const client = createRequire(createRequire(import.meta.url).resolve('@aws-sdk/client-bedrock-runtime'));
const { EventStreamCodec } = client('@smithy/core/event-streams') as { readonly EventStreamCodec: CodecClass };

/** How the next request is answered; what is left out is as usual. */
export interface BedrockScript {
  /** The service's own error type, such as ThrottlingException. */
  readonly error?: { readonly status: number; readonly type: string };
  /** Instead of the usual body; of a stream, its events. */
  readonly body?: unknown;
  readonly events?: readonly (readonly [type: string, payload: unknown])[];
  /** Cuts the connection after the events. */
  readonly isCut?: boolean;
  readonly delayMillis?: number;
}

export interface BedrockServer extends Disposable {
  readonly endpoint: string;
  /** The paths of all requests. */
  readonly paths: string[];
  next(...scripts: BedrockScript[]): void;
}

export const USAGE = { inputTokens: 12, outputTokens: 5, totalTokens: 27, cacheReadInputTokens: 8, cacheWriteInputTokens: 2 };

const CONVERSED = {
  output: { message: { role: 'assistant', content: [{ text: 'a secret' }] } },
  stopReason: 'end_turn',
  usage: USAGE,
  metrics: { latencyMs: 5 },
};

export const CONVERSE_EVENTS = [
  ['messageStart', { role: 'assistant' }],
  ...['a ', 'secret', '.'].map((text) => ['contentBlockDelta', { contentBlockIndex: 0, delta: { text } }] as const),
  ['contentBlockStop', { contentBlockIndex: 0 }],
  ['messageStop', { stopReason: 'max_tokens' }],
  ['metadata', { usage: USAGE, metrics: { latencyMs: 5 } }],
] as const satisfies BedrockScript['events'];

/** As Anthropic's models are invoked. */
const INVOKED = {
  model: 'claude',
  content: [{ type: 'text', text: 'a secret' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 12, output_tokens: 5, cache_read_input_tokens: 8, cache_creation_input_tokens: 2 },
};

/** A part of a body, as it is in an event. */
export const chunkOf = (body: unknown) => ['chunk', { bytes: Buffer.from(JSON.stringify(body)).toString('base64') }] as const;

const INVOKE_EVENTS = [
  chunkOf({ type: 'message_start', message: { usage: { input_tokens: 12, output_tokens: 1, cache_read_input_tokens: 8 } } }),
  ...['a ', 'secret'].map((text) => chunkOf({ type: 'content_block_delta', delta: { type: 'text_delta', text } })),
  chunkOf({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }),
  chunkOf({ type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 12, outputTokenCount: 5 } }),
];

export async function startBedrock(): Promise<BedrockServer> {
  const scripts: BedrockScript[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(decodeURIComponent(request.url));
    request.resume().on('end', () => void answer(request, response, scripts.shift() ?? {}));
  });
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    next: (...more) => void scripts.push(...more),
    [Symbol.dispose]() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

async function answer({ url }: Http2ServerRequest, response: Http2ServerResponse, script: BedrockScript): Promise<void> {
  const { error, body, delayMillis = 0 } = script;
  if (error !== undefined) {
    response.writeHead(error.status, { 'content-type': 'application/json', 'x-amzn-errortype': error.type });
    response.end(JSON.stringify({ message: 'no' }));
  } else if (url.endsWith('stream')) {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    for (const event of script.events ?? (url.includes('converse') ? CONVERSE_EVENTS : INVOKE_EVENTS)) {
      response.write(messageOf(event));
      await new Promise((resolve) => setTimeout(resolve, delayMillis));
    }
    if (script.isCut === true) response.stream.destroy(new Error('cut'));
    else response.end();
  } else {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? (url.endsWith('/converse') ? CONVERSED : INVOKED)));
  }
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

/** The ending of the types that are exceptions. */
function messageOf([type, payload]: readonly [string, unknown]): Uint8Array {
  const isError = type.endsWith('Exception');
  const header = (value: string) => ({ type: 'string' as const, value });
  return codec.encode({
    headers: {
      ':message-type': header(isError ? 'exception' : 'event'),
      [isError ? ':exception-type' : ':event-type']: header(type),
      ':content-type': header('application/json'),
    },
    body: Buffer.from(JSON.stringify(payload)),
  });
}

// LLM calls that go out over fetch or undici, whichever client sends them, as the bytes on the wire tell of them.
//
// Clients of OpenAI, Anthropic, Google, Mistral, Ollama, Cohere, Groq and of what speaks like one of them all use fetch. Where a
// client repeats a call by itself, each try is a call. undici publishes bodies from 7.11 on; before, as in Node.js 22, two methods
// of a request are watched instead, of those requests only that go to an LLM.
import * as llmMetrics from '../catalog/llm.ts';
import * as latestMetrics from '../catalog/llm-latest.ts';
import { currentActivity } from '../core/activity.ts';
import type { Attachment, Instrumentation, LlmServer } from '../core/instrumentation.ts';
import { errorTypeOf } from '../core/operation.ts';
import { currentPurpose } from '../core/purpose.ts';
import { LlmCalls } from '../domains/llm-calls.ts';
import { llmPrices } from '../domains/llm-prices.ts';
import { type Destination, type HeaderOf, LlmExchange } from '../wire/exchange.ts';
import { formatOf } from '../wire/formats.ts';
import { providerOf } from '../wire/hosts.ts';

const EXCHANGE = Symbol('promtel.llm.exchange');

interface Request {
  readonly method: string;
  readonly origin: string | URL;
  readonly path: string;
  readonly headers: unknown;
  onBodySent?: Watched;
  onData?: Watched;
  [EXCHANGE]?: LlmExchange | undefined;
}

type Watched = (chunk: unknown) => unknown;

interface Response {
  readonly statusCode: number;
  readonly headers: unknown;
}

export const llm: Instrumentation = {
  name: 'llm',
  target: { package: 'undici', versions: '>=6' },
  metrics: [...Object.values(llmMetrics), ...Object.values(latestMetrics)],
  attach(attachment) {
    const { registry, settings } = attachment;
    const tap = new Tap(
      attachment,
      new LlmCalls(registry, { names: settings.genAiNames, prices: llmPrices(settings.llmPrices) }),
    );
    attachment.subscribe('undici:request:create', ({ request }) => tap.create(request));
    attachment.subscribe('undici:request:bodySent', ({ request }) => tap.sent(request));
    attachment.subscribe('undici:request:headers', ({ request, response }) => tap.answered(request, response));
    attachment.subscribe('undici:request:trailers', ({ request }) => tap.end(request));
    attachment.subscribe('undici:request:error', ({ request, error }) => tap.fail(request, error));
    attachment.onDetach(() => tap.stop());
  },
};

/** From here on undici publishes the parts of bodies. */
const PUBLISHES_BODIES = isAtLeast(process.versions['undici'] ?? '0', 7, 11);

class Tap {
  readonly #attachment: Attachment;
  readonly #calls: LlmCalls;
  readonly #open = new Set<LlmExchange>();
  #isReading = false;

  constructor(attachment: Attachment, calls: LlmCalls) {
    this.#attachment = attachment;
    this.#calls = calls;
  }

  create(request: Request): void {
    if (request.method !== 'POST' || request[EXCHANGE] !== undefined) return;
    const destination = destinationOf(request, this.#attachment.settings.llmServers);
    if (destination === undefined) return;
    const exchange = new LlmExchange(this.#calls, destination);
    request[EXCHANGE] = exchange;
    this.#open.add(exchange);
    if (PUBLISHES_BODIES) this.#readBodies();
    else this.#watch(request, exchange);
  }

  sent(request: Request): void {
    request[EXCHANGE]?.begin(() => Number(headerIn(request.headers, 'x-stainless-retry-count') ?? 0) > 0);
  }

  answered(request: Request, { statusCode, headers }: Response): void {
    const exchange = request[EXCHANGE];
    // What comes before 200 is no answer yet.
    if (exchange === undefined || statusCode < 200) return;
    this.sent(request);
    const headerOf: HeaderOf = (name) => headerIn(headers, name);
    exchange.answered(statusCode, headerOf);
  }

  end(request: Request): void {
    this.#close(request)?.end();
  }

  fail(request: Request, error: unknown): void {
    this.sent(request);
    this.#close(request)?.fail(errorTypeOf(error));
  }

  stop(): void {
    for (const exchange of this.#open) exchange.forget();
    this.#open.clear();
  }

  #close(request: Request): LlmExchange | undefined {
    const exchange = request[EXCHANGE];
    if (exchange === undefined) return undefined;
    request[EXCHANGE] = undefined;
    this.#open.delete(exchange);
    return exchange;
  }

  /** From the first call to an LLM on, so that a process without any pays nothing for the bodies of its other requests. */
  #readBodies(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#attachment.subscribe('undici:request:bodyChunkSent', ({ request, chunk }) => request[EXCHANGE]?.sent(bytesOf(chunk)));
    this.#attachment.subscribe('undici:request:bodyChunkReceived', ({ request, chunk }) =>
      request[EXCHANGE]?.received(bytesOf(chunk)),
    );
  }

  #watch(request: Request, exchange: LlmExchange): void {
    const tell = {
      onBodySent: this.#attachment.guard((chunk: unknown) => exchange.sent(bytesOf(chunk))),
      onData: this.#attachment.guard((chunk: unknown) => exchange.received(bytesOf(chunk))),
    };
    for (const name of ['onBodySent', 'onData'] as const) {
      const original = request[name];
      if (original === undefined) continue;
      request[name] = function (this: Request, chunk) {
        tell[name](chunk);
        return original.call(this, chunk);
      };
    }
  }
}

function destinationOf({ origin, path }: Request, servers: readonly LlmServer[]): Destination | undefined {
  const format = formatOf(withoutQuery(path));
  if (format === undefined) return undefined;
  const url = URL.parse(path, String(origin));
  if (url === null) return undefined;
  const model = format.path.exec(url.pathname)?.groups?.['model'];
  return {
    format,
    provider: servers.find((server) => isBeneath(url.href, server.url))?.provider ?? providerOf(url.hostname),
    address: url.hostname,
    model: model === undefined ? undefined : decoded(model),
    purpose: currentPurpose(),
    activity: currentActivity(),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutQuery(path: string): string {
  const at = path.indexOf('?');
  return at < 0 ? path : path.slice(0, at);
}

function isBeneath(url: string, base: string): boolean {
  return url.startsWith(base) && /^(?:$|[/?])/.test(url.slice(base.length));
}

/** Of headers as undici has them: names and values in turn, as text or bytes. */
function headerIn(headers: unknown, name: string): string | undefined {
  if (!Array.isArray(headers)) return undefined;
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (String(headers[index]).toLowerCase() === name) return String(headers[index + 1]);
  return undefined;
}

function bytesOf(chunk: unknown): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

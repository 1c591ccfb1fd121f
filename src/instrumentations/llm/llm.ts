// LLM calls that go out over fetch or undici, whichever client sends them, as the bytes on the wire tell of them.
//
// Clients of OpenAI, Anthropic, Google, Mistral, Ollama, Cohere, Groq and of what speaks like one of them all use fetch. Where a
// client repeats a call by itself, each try is a call. Of undici 8 on, what it publishes of bodies is read. Before, not every
// version publishes that, so that two methods of a request are watched instead, of those requests only that go to an LLM.
import * as llmMetrics from '../../catalog/llm.ts';
import type { LlmServer } from '../../core/instrumentation-settings.ts';
import { errorTypeOf } from '../../core/operation.ts';
import type { Attachment, Instrumentation } from '../../hooks/instrumentation.ts';
import { formatOf } from '../../llm-wire/formats.ts';
import { headersOf } from '../../llm-wire/headers.ts';
import { providerOf } from '../../llm-wire/hosts.ts';
import { currentActivity } from '../../recorders/agents/activity.ts';
import { LlmCalls } from '../../recorders/llm/calls.ts';
import { currentClientCall } from '../../recorders/llm/client-call.ts';
import { llmPrices } from '../../recorders/llm/prices.ts';
import { currentPurpose } from '../../recorders/llm/purpose.ts';
import { type Destination, LlmExchange } from './exchange.ts';

const EXCHANGE = Symbol('promtel.llm.exchange');

interface Request {
  readonly method: string;
  readonly origin: string | URL;
  readonly path: string;
  readonly headers: unknown;
  onBodySent?: Watched;
  /** Before undici 8. */
  onData?: Watched;
  [EXCHANGE]?: LlmExchange | undefined;
}

type Watched = (chunk: unknown) => unknown;

interface Response {
  readonly statusCode: number;
  readonly headers: unknown;
}

/** Those that the conventions have moved to other names are recorded by those where the application opts in. */
const { llmBudget: _budget, llmCredits: _credits, ...recorded } = llmMetrics;

export const llm: Instrumentation = {
  name: 'llm',
  target: { package: 'undici', versions: '>=6' },
  metrics: Object.values(recorded),
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
    attachment.subscribe('undici:request:error', ({ request, error }) => tap.end(request, errorTypeOf(error)));
    attachment.onDetach(() => tap.stop());
  },
};

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
    const exchange = new LlmExchange(this.#calls, destination, this.#attachment.guard);
    request[EXCHANGE] = exchange;
    this.#open.add(exchange);
    if (isWatchable(request)) this.#watch(request, exchange);
    else this.#readBodies();
  }

  sent(request: Request): void {
    request[EXCHANGE]?.begin(() => headersOf(request.headers));
  }

  answered(request: Request, { statusCode, headers }: Response): void {
    // What comes before 200 is no answer yet.
    if (request[EXCHANGE] === undefined || statusCode < 200) return;
    // A server may answer before it has heard all.
    this.sent(request);
    request[EXCHANGE].answered(statusCode, () => headersOf(headers));
  }

  end(request: Request, errorType?: string): void {
    const exchange = request[EXCHANGE];
    if (exchange === undefined) return;
    this.sent(request);
    request[EXCHANGE] = undefined;
    this.#open.delete(exchange);
    exchange.end(errorType);
  }

  stop(): void {
    for (const exchange of this.#open) exchange.forget();
    this.#open.clear();
  }

  /** From the first call to an LLM on, so that a process without any pays nothing for the bodies of its other requests. */
  #readBodies(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    const exchangeOf = (request: Request): LlmExchange | undefined => (isWatchable(request) ? undefined : request[EXCHANGE]);
    this.#attachment.subscribe('undici:request:bodyChunkSent', ({ request, chunk }) => exchangeOf(request)?.sent(bytesOf(chunk)));
    this.#attachment.subscribe('undici:request:bodyChunkReceived', ({ request, chunk }) =>
      exchangeOf(request)?.received(bytesOf(chunk)),
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

function isWatchable(request: Request): boolean {
  return request.onData !== undefined;
}

function destinationOf({ origin, path }: Request, servers: readonly LlmServer[]): Destination | undefined {
  const format = formatOf(withoutQuery(path));
  if (format === undefined) return undefined;
  const url = URL.parse(path, String(origin));
  if (url === null) return undefined;
  const model = format.path.exec(url.pathname)?.groups?.['model'];
  return {
    format,
    provider: servers.find((server) => isBeneath(url.href, server.url))?.provider ?? providerOf(url.host),
    address: url.hostname,
    model: model === undefined ? undefined : decoded(model),
    purpose: currentPurpose(),
    activity: currentActivity(),
    clientCall: currentClientCall(),
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

function bytesOf(chunk: unknown): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
}

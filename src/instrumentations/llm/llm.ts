// LLM calls that are sent by fetch or undici, whichever client sends them, measured by the bytes of request and response.
//
// The clients of OpenAI, Anthropic, Google, Mistral, Ollama, Cohere, Groq and compatible providers all use fetch. Where a client
// repeats a call by itself, each try is a call. From undici 8 on, bodies are read from what it publishes. Not every version
// before publishes them, so two methods of the request are observed instead, of those requests only that go to an LLM.
import * as catalog from '../../catalog/llm.ts';
import type { LlmServer } from '../../core/llm-settings.ts';
import { errorTypeOf } from '../../core/operation.ts';
import type { Attachment, Instrumentation } from '../../hooks/instrumentation.ts';
import { observeOwnCalls } from '../../hooks/observe-calls.ts';
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
  /** Before undici 8. */
  readonly onData?: unknown;
  [EXCHANGE]?: LlmExchange | undefined;
}

interface Response {
  readonly statusCode: number;
  readonly headers: unknown;
}

export const llm: Instrumentation = {
  name: 'llm',
  target: { package: 'undici', versions: '>=6' },
  metrics: [
    catalog.genAiClientOperationDuration,
    catalog.genAiClientTokenUsage,
    catalog.genAiClientOperationTimeToFirstChunk,
    catalog.genAiClientOperationTimePerOutputChunk,
    catalog.llmTokens,
    catalog.llmOutputRate,
    catalog.llmUnmeteredCalls,
    catalog.llmCost,
    catalog.llmUnpricedCalls,
    catalog.llmActive,
    catalog.llmRetries,
    catalog.llmFinishReasons,
    catalog.llmStreamAborted,
    catalog.llmRateLimitRemaining,
  ],
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
  #isSubscribedToBodies = false;

  constructor(attachment: Attachment, calls: LlmCalls) {
    this.#attachment = attachment;
    this.#calls = calls;
  }

  create(request: Request): void {
    if (request.method !== 'POST') return;
    const destination = destinationOf(request, this.#attachment.settings.llmServers);
    if (destination === undefined) return;
    const exchange = new LlmExchange(this.#calls, destination, this.#attachment.guard);
    request[EXCHANGE] = exchange;
    this.#open.add(exchange);
    if (hasDataMethod(request)) this.#observeBodies(request, exchange);
    else this.#subscribeToBodies();
  }

  sent(request: Request): void {
    request[EXCHANGE]?.begin(() => headersOf(request.headers));
  }

  answered(request: Request, { statusCode, headers }: Response): void {
    // An informational response, such as 103, comes before the answer.
    if (request[EXCHANGE] === undefined || statusCode < 200) return;
    // A server may answer before it has received all.
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

  /** From the first call to an LLM on, so that without one the bodies of other requests cost nothing. */
  #subscribeToBodies(): void {
    if (this.#isSubscribedToBodies) return;
    this.#isSubscribedToBodies = true;
    const exchangeOf = (request: Request): LlmExchange | undefined => (hasDataMethod(request) ? undefined : request[EXCHANGE]);
    this.#attachment.subscribe('undici:request:bodyChunkSent', ({ request, chunk }) => exchangeOf(request)?.sent(bytesOf(chunk)));
    this.#attachment.subscribe('undici:request:bodyChunkReceived', ({ request, chunk }) =>
      exchangeOf(request)?.received(bytesOf(chunk)),
    );
  }

  #observeBodies(request: Request, exchange: LlmExchange): void {
    const { guard } = this.#attachment;
    observeOwnCalls(request, 'onBodySent', guard, { before: (_, [chunk]: [unknown]) => exchange.sent(bytesOf(chunk)) });
    observeOwnCalls(request, 'onData', guard, { before: (_, [chunk]: [unknown]) => exchange.received(bytesOf(chunk)) });
  }
}

function hasDataMethod(request: Request): boolean {
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

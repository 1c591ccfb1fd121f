// Publishes a request as undici does, for requests that tests cannot send: to the hosts of real providers, or by other versions.
import { channel } from 'node:diagnostics_channel';

export interface PublishedCall {
  readonly url: string;
  readonly method?: string;
  /** Origin of a proxy, whose requests have the whole URL as their path. */
  readonly proxy?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status?: number;
  readonly answerHeaders?: Readonly<Record<string, string>>;
  readonly answer?: unknown;
  /** undici 8 publishes the chunks of bodies; undici 6 passes them to methods of the request. */
  readonly version?: 6 | 8;
  /** Size of the chunks of a body. */
  readonly partBytes?: number;
}

/** A request of undici 6, with the methods that are wrapped to see its bodies. */
class Undici6Request {
  readonly seen: string[] = [];

  onBodySent(chunk: Uint8Array): void {
    this.seen.push(Buffer.from(chunk).toString('latin1'));
  }

  onData(chunk: Uint8Array): boolean {
    this.seen.push(Buffer.from(chunk).toString('latin1'));
    return false;
  }
}

/** Publishes a whole request; gives the chunks that its own methods received, which an instrumentation must not change. */
export function publishCall(call: PublishedCall): { readonly seen: readonly string[]; readonly results: readonly unknown[] } {
  const { url, method = 'POST', headers = {}, body = {}, status = 200, answerHeaders = {}, answer = {}, version = 8 } = call;
  const { origin, pathname, search } = new URL(url);
  const old = version === 6 ? new Undici6Request() : undefined;
  const place = call.proxy === undefined ? { origin, path: pathname + search } : { origin: call.proxy, path: url };
  const request = Object.assign(old ?? {}, { ...place, method, headers: Object.entries(headers).flat() });
  const results: unknown[] = [];
  const pass = (name: 'onBodySent' | 'onData', published: string, text: string): void => {
    for (const chunk of partsOf(text, call.partBytes ?? 16_384)) {
      if (old === undefined) publish(published, { request, chunk });
      else results.push(old[name](chunk));
    }
  };
  publish('create', { request });
  pass('onBodySent', 'bodyChunkSent', textOf(body));
  publish('bodySent', { request });
  const type = { 'content-type': 'application/json', ...answerHeaders };
  publish('headers', {
    request,
    response: {
      statusCode: status,
      headers: Object.entries(type)
        .flat()
        .map((text) => Buffer.from(text)),
    },
  });
  pass('onData', 'bodyChunkReceived', textOf(answer));
  publish('trailers', { request, trailers: [] });
  return { seen: old?.seen ?? [], results };
}

function publish(name: string, message: object): void {
  channel(`undici:request:${name}`).publish(message);
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function partsOf(text: string, bytes: number): Uint8Array[] {
  const all = Buffer.from(text);
  return Array.from({ length: Math.ceil(all.length / bytes) }, (_, index) => all.subarray(index * bytes, (index + 1) * bytes));
}

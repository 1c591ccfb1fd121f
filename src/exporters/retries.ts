// Keeps the retries of the official OTLP exporters over http from holding up a process that wants to end.
import type { ProcessState } from './push-target.ts';

interface Response {
  readonly status: 'success' | 'failure' | 'retryable';
  readonly error?: { readonly code?: unknown } | undefined;
}

type Send = (data: Uint8Array, timeoutMillis: number) => Promise<Response>;

/** The part of the exporter that retries, and the one within it that sends. */
interface RetryingTransport {
  retry: (data: Uint8Array, timeoutMillis: number, inMillis: number) => Promise<Response>;
  readonly _transport: { send: Send };
}

/**
 * The exporter waits for its retries on timers that keep the process alive, up to its timeout of 10 seconds, and offers
 * no setting for it; so its transport gets a `retry` of ours. If a release has another inside, it stays as it is.
 */
export function unreferenceRetries(exporter: object, state: ProcessState): void {
  const transport = (exporter as { _delegate?: { _transport?: Partial<RetryingTransport> } })._delegate?._transport;
  if (!isRetrying(transport)) return;
  const sender = transport._transport;
  const send = sender.send.bind(sender);
  sender.send = async (data, timeoutMillis) => {
    const response = await send(data, timeoutMillis);
    return state.isEnding && isUnreachable(response) ? { ...response, status: 'failure' } : response;
  };
  transport.retry = (data, timeoutMillis, inMillis) =>
    new Promise((resolve, reject) => {
      setTimeout(() => sender.send(data, timeoutMillis).then(resolve, reject), inMillis).unref();
    });
}

function isRetrying(transport: Partial<RetryingTransport> | undefined): transport is RetryingTransport {
  return typeof transport?.retry === 'function' && typeof transport._transport?.send === 'function';
}

/** A server that answers, if only to be left in peace, may be asked again; one that is not there will not come soon. */
function isUnreachable({ status, error }: Response): boolean {
  return status === 'retryable' && typeof error?.code === 'string';
}

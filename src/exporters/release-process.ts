// Limits how long the official OTLP exporters may take, at the latest to the end of the process, which their timers would delay.
import type { ProcessState } from './push-target.ts';

interface Response {
  readonly status: 'success' | 'failure' | 'retryable';
  readonly error?: { readonly code?: unknown } | undefined;
}

type Send = (data: Uint8Array, timeoutMillis: number) => Promise<Response>;

interface Transport {
  send: Send;
  /** Over http only: sends again after a while, by the inner transport. */
  retry?: (data: Uint8Array, timeoutMillis: number, inMillis: number) => Promise<Response>;
  readonly _transport?: Transport;
}

/**
 * The exporters wait for responses and retries on timers that keep the process alive, up to their timeout of 10 seconds,
 * and have no setting for it. So methods of their transport are replaced; a release with other internals stays as it is.
 */
export function releaseProcess(exporter: object, state: ProcessState): void {
  const transport = (exporter as { _delegate?: { _transport?: Transport } })._delegate?._transport;
  if (typeof transport?.send !== 'function') return;
  limitTime(transport, state);
  const sender = transport._transport;
  if (transport.retry === undefined || typeof sender?.send !== 'function') return;
  failFastAtTheEnd(sender, state);
  transport.retry = (data, timeoutMillis, inMillis) =>
    new Promise((resolve, reject) => {
      setTimeout(() => sender.send(data, timeoutMillis).then(resolve, reject), inMillis).unref();
    });
}

/** The timeout of an export is the configured one, or less where the process ends sooner. */
function limitTime(transport: Transport, state: ProcessState): void {
  const send = transport.send.bind(transport);
  transport.send = (data, timeoutMillis) => send(data, Math.min(timeoutMillis, state.millisToEnd ?? Infinity));
}

/** At the end of the process, an export is retried only if the server has answered: one that is unreachable will stay so. */
function failFastAtTheEnd(transport: Transport, state: ProcessState): void {
  const send = transport.send.bind(transport);
  transport.send = async (data, timeoutMillis) => {
    const response = await send(data, timeoutMillis);
    const isUnreachable = response.status === 'retryable' && typeof response.error?.code === 'string';
    return isUnreachable && state.millisToEnd !== undefined ? { ...response, status: 'failure' } : response;
  };
}

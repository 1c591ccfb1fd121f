// Observes the operations of a tracing channel from start to end: each is reported once, however it ends.
import { nowMillis } from '../core/clock.ts';
import type { ChannelHandler, Undo } from './instrumentation.ts';
import { undoAll } from './undo-all.ts';

/** What a tracing channel adds to a library's own message. */
export interface Traced {
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface TraceHandlers<Message> {
  readonly start?: (message: Message) => void;
  /** Once, when the operation has returned or thrown, or its promise or callback is done. */
  readonly end: (message: Message & Traced, durationSeconds: number) => void;
}

type Started = Traced & { [startMillis: symbol]: number | undefined };

/** Subscribes to the channels of one operation. The messages carry the time under a key of this subscription's own. */
export function observeTracingChannel<Message extends object>(
  name: string,
  { start, end }: TraceHandlers<Message>,
  subscribe: (channel: string, handler: ChannelHandler) => Undo,
): Undo {
  const key = Symbol(`promtel.${name}.startMillis`);
  const finish = (message: Started): void => {
    const startMillis = message[key];
    if (startMillis === undefined) return;
    message[key] = undefined;
    end(message as unknown as Message & Traced, (nowMillis() - startMillis) / 1000);
  };
  return undoAll([
    subscribe(`tracing:${name}:start`, (message: Started) => {
      message[key] = nowMillis();
      start?.(message as unknown as Message);
    }),
    // The end of the call is the end of the operation only where it has nothing more to wait for.
    subscribe(`tracing:${name}:end`, (message: Started) => {
      if (message.error !== undefined || 'result' in message) finish(message);
    }),
    // Before the caller goes on with the result: what it does with it is no part of the operation.
    subscribe(`tracing:${name}:asyncStart`, finish),
  ]);
}

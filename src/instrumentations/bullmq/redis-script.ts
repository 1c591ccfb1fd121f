// Runs a script through a Redis client that the application has open, whichever library it is of.
import { sendInternal } from '../../core/internal-traffic.ts';

/** A client of ioredis, or what BullMQ puts around one of node-redis. */
export interface RedisClient {
  readonly status: string;
  readonly isCluster?: boolean;
  eval?(script: string, keyCount: number, ...keysAndValues: string[]): Promise<unknown>;
  /** The client of node-redis that it wraps. */
  readonly raw?: { eval?(script: string, options: { keys: readonly string[]; arguments: readonly string[] }): Promise<unknown> };
}

/** Whether it sends a command at once: one that it queued would delay the application when it closes the client. */
export function isReady({ status, isCluster }: RedisClient): boolean {
  return status === 'ready' || (status === 'connect' && isCluster === true);
}

/** Whether the application has closed it, or not opened it yet. */
export function isUnused({ status }: RedisClient): boolean {
  return status === 'end' || status === 'wait';
}

/** Runs a script, marked as promtel's own traffic. It never throws: whatever goes wrong is a rejection. */
export async function runScript(
  client: RedisClient,
  script: string,
  keys: readonly string[],
  values: readonly string[],
): Promise<unknown> {
  // Not by its hash: the retry for a server that does not have the script would be sent later, without the mark.
  return sendInternal(() => {
    if (client.eval !== undefined) return client.eval(script, keys.length, ...keys, ...values);
    if (client.raw?.eval !== undefined) return client.raw.eval(script, { keys, arguments: values });
    throw new Error('its Redis client runs no scripts');
  });
}

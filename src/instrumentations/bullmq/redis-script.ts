// Runs a script through a Redis client that the application has open, whichever library it is of.
import { sendInternal } from '../../core/internal-traffic.ts';

/** A client of ioredis, or what BullMQ puts around one of node-redis. */
export interface RedisClient {
  readonly status: string;
  readonly isCluster?: boolean;
  eval?(script: string, keyCount: number, ...keysAndValues: string[]): Promise<unknown>;
  /** The client of node-redis within. */
  readonly raw?: { eval?(script: string, options: { keys: readonly string[]; arguments: readonly string[] }): Promise<unknown> };
}

/** Whether it sends a command at once: one that it kept for later would be in the way of the application's closing it. */
export function isReady({ status, isCluster }: RedisClient): boolean {
  return status === 'ready' || (status === 'connect' && isCluster === true);
}

/** Whether the application has closed it, or not opened it yet. */
export function isUnused({ status }: RedisClient): boolean {
  return status === 'end' || status === 'wait';
}

/** Sends a script that is known to be promtel's own. Whatever goes wrong is a rejection. */
export async function runScript(
  client: RedisClient,
  script: string,
  keys: readonly string[],
  values: readonly string[],
): Promise<unknown> {
  // Whole, not by its hash: a second try for a server that does not know it would be sent later, and then not be known as ours.
  return sendInternal(() => {
    if (client.eval !== undefined) return client.eval(script, keys.length, ...keys, ...values);
    if (client.raw?.eval !== undefined) return client.raw.eval(script, { keys, arguments: values });
    throw new Error('its Redis client runs no scripts');
  });
}

// Loads ioredis again after it was instrumented, and opens clients of it.
import { createRequire } from 'node:module';
import { Redis, type RedisOptions } from 'ioredis';

/**
 * Loads the files that the instrumentation patches, which had been loaded before it was attached. A package may have an ioredis of
 * its own: `from` is a file of that package.
 */
export function reloadIoredis(name = 'ioredis', from: string = import.meta.url): void {
  const require = createRequire(from);
  for (const file of ['Redis', 'Command']) require(`${name}/built/${file}.js`);
}

/** A client that is connected, to be closed with `await using`. */
export async function openIoredis(
  { port }: { port: number },
  options: Omit<RedisOptions, 'replyMapping'> = {},
): Promise<Redis & AsyncDisposable> {
  const client = new Redis(port, '127.0.0.1', { ...options, lazyConnect: true });
  client.on('error', () => {});
  await client.connect();
  const close = async (): Promise<void> => {
    client.disconnect();
    // Its event handlers run after that.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return Object.assign(client, { [Symbol.asyncDispose]: close });
}

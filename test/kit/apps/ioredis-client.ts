// ioredis, for tests: loaded again as an application loads it, and a client of it.
import { createRequire } from 'node:module';
import { Redis, type RedisOptions } from 'ioredis';

/**
 * What is patched is patched as it is loaded, and it was loaded before the instrumentation was attached. A package may have an
 * ioredis of its own: `from` is a file of that.
 */
export function reloadIoredis(name = 'ioredis', from: string = import.meta.url): void {
  const require = createRequire(from);
  for (const file of ['Redis', 'Command']) require(`${name}/built/${file}.js`);
}

/** A client that is ready, and that ends with the test. */
export async function openIoredis(
  { port }: { port: number },
  options: Omit<RedisOptions, 'replyMapping'> = {},
): Promise<Redis & AsyncDisposable> {
  const client = new Redis(port, '127.0.0.1', { ...options, lazyConnect: true });
  client.on('error', () => {});
  await client.connect();
  const close = async (): Promise<void> => {
    client.disconnect();
    // Its handlers run for a moment after that.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return Object.assign(client, { [Symbol.asyncDispose]: close });
}

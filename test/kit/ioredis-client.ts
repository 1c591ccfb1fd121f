// A client of ioredis, for tests.
import { Redis, type RedisOptions } from 'ioredis';

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

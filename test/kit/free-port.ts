// Finds free ports of the loopback address.
import { type AddressInfo, createServer } from 'node:net';

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Gives one free port at every call, found at the first: for servers that are started again under the same address. */
export function fixedPort(): () => Promise<number> {
  let port: Promise<number> | undefined;
  return () => (port ??= freePort());
}

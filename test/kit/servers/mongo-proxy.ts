// A proxy between MongoDB's driver and a server that breaks the connection of a given command.
import { connect, createServer } from 'node:net';
import { listen } from '../apps/http-traffic.ts';

export interface MongoProxy extends AsyncDisposable {
  readonly url: string;
}

/** Breaks the connections of the first `times` commands of a name, before the server receives them. */
export async function startMongoProxy(serverPort: number, command: string, times = 1): Promise<MongoProxy> {
  let left = times;
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.pipe(client);
    client.on('data', (data) => {
      // BSON's name of a field, with the zero that ends it.
      if (left > 0 && data.includes(`${command}\0`)) {
        left -= 1;
        client.destroy();
      } else upstream.write(data);
    });
  });
  const port = await listen(server);
  return {
    url: `mongodb://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// Serves a few requests with the request listener of a framework, on a connection each, and closes the server.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { listen, talk } from './http-traffic.ts';

/** Passes each request to `track`; all connections are closed when it resolves. */
export async function serveAndClose(
  listener: RequestListener,
  requests: readonly string[],
  track: (request: IncomingMessage) => void,
): Promise<void> {
  const server = createServer((request, response) => {
    track(request);
    listener(request, response);
  });
  const port = await listen(server);
  for (const request of requests) await talk(port, `${request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await new Promise((resolve) => server.close(resolve));
}

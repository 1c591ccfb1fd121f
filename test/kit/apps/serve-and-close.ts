// Serves a few requests with a framework's listener, one connection each, and closes.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { listen, talk } from './http-traffic.ts';

/** Hands each request to `track`; nothing of it is left when this resolves. */
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

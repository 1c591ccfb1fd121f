// Makes node:http hand connections over: to an upgrade that is granted, one that is refused, and a tunnel.
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { listen, talk } from '../../kit/apps/http-traffic.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

export const exercise = exerciseOf(async (track) => {
  const server = createServer((_, response) => response.end());
  for (const event of ['upgrade', 'connect']) server.on(event, (request: object) => track(request));
  server.on('upgrade', (request, socket: Duplex) =>
    socket.end(`HTTP/1.1 ${request.url === '/no' ? '403 Forbidden' : '101 Switching Protocols'}\r\n\r\n`),
  );
  server.on('connect', (_, socket: Duplex) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
  const port = await listen(server);
  const upgrade = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`;
  for (const text of [upgrade('/yes'), upgrade('/no'), 'CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n']) await talk(port, text);
  await new Promise((resolve) => server.close(resolve));
});

// Makes node:http serve requests: answered, failed, pipelined, with bodies of each kind, and left by their client.
import { createServer } from 'node:http';
import { listen, openRaw, talk } from '../../kit/apps/http-traffic.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

export const exercise = exerciseOf(async () => {
  const server = createServer((request, response) => {
    if (request.url === '/hang') return;
    request.resume().on('end', () => {
      if (request.url === '/chunks') response.write('a chunk');
      if (request.url === '/fail') response.statusCode = 500;
      response.end('the end');
    });
  });
  const port = await listen(server);
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  await talk(
    port,
    `${get('/')}${get('/chunks')}${get('/fail')}POST /last HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`,
  );
  await talk(port, 'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nok\r\n0\r\n\r\n');
  const leaving = openRaw(port, get('/hang'));
  const left = new Promise((resolve) => server.once('request', (request) => request.on('close', resolve)));
  setTimeout(() => leaving.socket.destroy(), 20);
  await left;
  await leaving.closed;
  await new Promise((resolve) => server.close(resolve));
});

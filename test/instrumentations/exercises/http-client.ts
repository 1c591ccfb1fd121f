// Makes node:http send requests: answered, failed, cut off, to nobody, and given up.
import { Agent, createServer, request as send, type RequestOptions } from 'node:http';
import { listen } from '../../kit/apps/http-traffic.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

export const exercise = exerciseOf(async () => {
  const server = createServer((request, response) => {
    if (request.url === '/cut') response.writeHead(200, { 'Content-Length': 10 }).write('half', () => response.destroy());
    else if (request.url !== '/hang') response.writeHead(request.url === '/fail' ? 500 : 200).end('the end');
  });
  const port = await listen(server);
  const agent = new Agent({ keepAlive: true });
  const get = (options: RequestOptions): Promise<void> =>
    new Promise((resolve) => {
      const request = send({ host: '127.0.0.1', port, agent: false, ...options });
      request.on('response', (response) => response.on('error', () => {}).resume());
      request
        .on('error', () => {})
        .on('close', resolve)
        .end();
    });
  for (const path of ['/', '/fail', '/cut']) await get({ path });
  for (let count = 0; count < 3; count += 1) await get({ agent });
  await get({ path: '/hang', signal: AbortSignal.timeout(20) });
  agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await get({});
});

// Makes fetch send requests: answered, redirected, failed, to nobody, and given up.
import { createServer } from 'node:http';
import { listen } from '../../kit/apps/http-traffic.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

export const exercise = exerciseOf(async () => {
  const server = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/' }).end();
    else if (request.url !== '/hang')
      response.writeHead(request.url === '/fail' ? 500 : 200, { connection: 'close' }).end('the end');
  });
  const port = await listen(server);
  const get = async (path: string, init: RequestInit = {}): Promise<void> => {
    await fetch(`http://127.0.0.1:${port}${path}`, init).then(
      (response) => response.text(),
      () => {},
    );
  };
  for (const path of ['/', '/moved', '/fail']) await get(path);
  await get('/hang', { signal: AbortSignal.timeout(20) });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await get('/nobody');
});

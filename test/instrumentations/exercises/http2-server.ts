// Makes node:http2 serve requests: answered, failed, with bodies that are announced, and given up by their client.
import { connect, constants, createServer, type OutgoingHttpHeaders } from 'node:http2';
import { listen } from '../../kit/apps/http-traffic.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

export const exercise = exerciseOf(async () => {
  const server = createServer((request, response) => {
    if (request.url === '/hang') return;
    request.resume().on('end', () => response.writeHead(request.url === '/fail' ? 500 : 200, { 'content-length': 2 }).end('ok'));
  });
  const session = connect(`http://127.0.0.1:${await listen(server)}`);
  const send = (headers: OutgoingHttpHeaders, giveUp = false): Promise<void> =>
    new Promise((resolve) => {
      const stream = session.request(headers, { endStream: false });
      stream
        .on('error', () => {})
        .on('close', resolve)
        .resume();
      stream.end(headers['content-length'] === undefined ? undefined : 'body');
      if (giveUp) setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), 20);
    });
  await send({ ':path': '/' });
  await send({ ':path': '/fail' });
  await send({ ':path': '/', ':method': 'POST', 'content-length': 4 });
  await send({ ':path': '/hang' }, true);
  await new Promise<void>((resolve) => session.close(resolve));
  await new Promise((resolve) => server.close(resolve));
});

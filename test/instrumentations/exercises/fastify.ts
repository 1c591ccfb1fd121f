// Makes Fastify match requests, refuse them in a hook, and find nothing.
import { createRequire } from 'node:module';
import { serveAndClose } from '../../kit/apps/serve-and-close.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

const require = createRequire(import.meta.url);

export const exercise = exerciseOf(async (track) => {
  const app = require('fastify')();
  app.addHook('onRequest', async (request: any, reply: any) => {
    if (request.url === '/users/refused') await reply.code(401).send('who are you?');
  });
  app.get('/users/:id', async () => 'said');
  await app.ready();
  const listener = (request: unknown, response: unknown): void => app.routing(request, response);
  await serveAndClose(listener, ['GET /users/7', 'GET /users/refused', 'GET /nothing'], track);
  await app.close();
});

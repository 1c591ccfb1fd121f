// Makes Hono match requests on its Node server, fail them, and find nothing.
import { createRequire } from 'node:module';
import { serveAndClose } from '../../kit/apps/serve-and-close.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

const require = createRequire(import.meta.url);

export const exercise = exerciseOf(async (track) => {
  const app = new (require('hono').Hono)();
  app.get('/users/:id', (context: any) => {
    track(context);
    return context.text('said');
  });
  app.get('/users/:id/failed', () => {
    throw Object.assign(new Error('on purpose'), { getResponse: () => new Response('failed', { status: 503 }) });
  });
  const listener = require('@hono/node-server').getRequestListener(app.fetch, { overrideGlobalObjects: false });
  await serveAndClose(listener, ['GET /users/7', 'GET /users/7/failed', 'GET /nothing'], track);
});

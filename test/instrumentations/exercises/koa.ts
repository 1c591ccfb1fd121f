// Makes Koa match requests in a router, fail them, and find nothing.
import { createRequire } from 'node:module';
import { serveAndClose } from '../../kit/apps/serve-and-close.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

const require = createRequire(import.meta.url);

export const exercise = exerciseOf(async (track) => {
  const app = new (require('koa'))();
  const router = new (require('@koa/router'))({ prefix: '/users' });
  router.get('/:id', (context: any) => {
    track(context);
    context.body = 'said';
  });
  router.get('/:id/failed', (context: any) => context.throw(503));
  app.silent = true;
  app.use(router.routes());
  await serveAndClose(app.callback(), ['GET /users/7', 'GET /users/7/failed', 'GET /nothing'], track);
});

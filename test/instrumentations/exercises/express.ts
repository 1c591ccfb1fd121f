// Makes Express match requests in nested routers, pass them on, fail them and find nothing.
import { createRequire } from 'node:module';
import { serveAndClose } from '../../kit/apps/serve-and-close.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

const require = createRequire(import.meta.url);

export const exercise = exerciseOf(async (track) => {
  for (const name of ['express', 'express4']) {
    const express = require(name);
    const app = express();
    const users = express.Router();
    users.get('/:id', (_request: unknown, response: any) => response.send('said'));
    users.get('/:id/passed', (_request: unknown, _response: unknown, next: () => void) => next());
    users.get('/:id/failed', () => {
      throw Object.assign(new Error('on purpose'), { stack: '' });
    });
    app.set('env', 'test');
    app.use('/users', users);
    await serveAndClose(app, ['GET /users/7', 'GET /users/7/passed', 'GET /users/7/failed', 'GET /nothing'], track);
  }
});

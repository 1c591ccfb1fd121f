// Route templates of Express 4 and 5, in one process and side by side, wherever routers are mounted and however a request ends.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import type { AttachedInstrumentation } from '../../src/hooks/attach.ts';
import { express as instrumentation } from '../../src/instrumentations/express.ts';
import { answersOf, routesOf } from '../kit/apps/route-answers.ts';
import { attachAlone } from '../kit/samples/samples.ts';

const require = createRequire(import.meta.url);

let attached: AttachedInstrumentation;
beforeAll(() => {
  attached = attachAlone(instrumentation).attached;
});
afterAll(() => attached.detach());
afterEach(() => {
  expect(attached.failure).toBeUndefined();
});

const say = (_request: any, response: any): void => response.send('said');
const passOn = (_request: any, _response: any, next: any): void => next();

describe.each(['express', 'express4'])('%s', (name) => {
  // The library is loaded when a test asks for it, which is after the instrumentation was attached.
  const load = (): any => require(name);

  it('sets the route template of Express with the paths of every router above it', async () => {
    const express = load();
    const [outer, middle, inner] = [express.Router(), express.Router(), express.Router()];
    inner.get('/', say);
    inner.get('/:id', say);
    middle.use('/users', inner);
    middle.use(inner);
    outer.use('/:tenant', passOn, middle);
    const app = express();
    app.use('/api/', outer);
    expect(await routesOf(app, ['GET /api/acme/users', 'GET /api/acme/users/7', 'GET /api/acme/7', 'GET /api/acme'])).toEqual({
      'GET /api/acme/users': '/api/:tenant/users',
      'GET /api/acme/users/7': '/api/:tenant/users/:id',
      'GET /api/acme/7': '/api/:tenant/:id',
      'GET /api/acme': '/api/:tenant',
    });
  });

  it('keeps the mounts of one router of Express apart', async () => {
    const express = load();
    const users = express.Router();
    users.get('/:id', say);
    const app = express();
    app.use('/v1/:tenant', users);
    app.use('/v2', users);
    expect(await routesOf(app, ['GET /v1/acme/7', 'GET /v2/7', 'GET /v1/acme/8'])).toEqual({
      'GET /v1/acme/7': '/v1/:tenant/:id',
      'GET /v2/7': '/v2/:id',
      'GET /v1/acme/8': '/v1/:tenant/:id',
    });
  });

  it('finds a router of Express behind functions and applications that call it', async () => {
    const express = load();
    const users = express.Router();
    users.get('/:id', say);
    const shop = express();
    shop.use('/users', users);
    const behind = express.Router();
    behind.use('/shop', shop);
    const app = express();
    app.use('/lazy', (request: any, response: any, next: any) => users(request, response, next));
    app.use('/deep', behind);
    app.use('/:kind', shop);
    expect(await routesOf(app, ['GET /lazy/7', 'GET /deep/shop/users/7', 'GET /any/users/7'])).toEqual({
      'GET /lazy/7': '/lazy/:id',
      'GET /deep/shop/users/7': '/deep/shop/users/:id',
      'GET /any/users/7': '/:kind/users/:id',
    });
  });

  it('returns to the mount of Express that a router passes on to', async () => {
    const express = load();
    const first = express.Router();
    first.use('/users', passOn, express.Router().get('/none', say));
    const second = express.Router();
    second.get('/users/:id', say);
    const app = express();
    app.use('/api', first, second);
    app.get('/api/users/:id/:more', say);
    expect(await routesOf(app, ['GET /api/users/7', 'GET /api/users/7/8'])).toEqual({
      'GET /api/users/7': '/api/users/:id',
      'GET /api/users/7/8': '/api/users/:id/:more',
    });
  });

  it('limits the template of an Express router that is mounted within itself', async () => {
    const express = load();
    const tree = express.Router();
    tree.get('/leaf', say);
    tree.use('/branch', tree);
    const app = express();
    app.use('/tree', tree);
    const paths = Array.from({ length: 150 }, (_, depth) => `GET /tree${'/branch'.repeat(depth)}/leaf`);
    const routes = await routesOf(app, paths);
    expect(routes[paths[2]!]).toBe('/tree/branch/branch/leaf');
    expect(new Set(Object.values(routes)).size).toBeLessThanOrEqual(102);
  });

  it('writes every kind of path of Express as the official instrumentation does', async () => {
    const express = load();
    const app = express();
    app.get('/', say);
    app.get('without-slash', say);
    app.get(['/red', ['/blue']], say);
    app.get(/^\/item-\d+$/, say);
    app.use(['/v1', '/v2'], express.Router().get('/things/', say));
    expect(await routesOf(app, ['GET /', 'GET /red', 'GET /blue', 'GET /item-7', 'GET /v2/things'])).toEqual({
      'GET /': '/',
      'GET /red': '/red,/blue',
      'GET /blue': '/red,/blue',
      'GET /item-7': String.raw`/^\/item-\d+$/`,
      'GET /v2/things': '/v1,/v2/things/',
    });
  });

  it('sets no route of Express for what only middleware answers, or nothing', async () => {
    const express = load();
    const app = express();
    app.use('/refused', (_request: any, response: any) => response.status(401).send('who are you?'));
    app.get('/passed', passOn, passOn);
    app.get('/users/:id', (_request: any, _response: any, next: any) => next('route'));
    app.get('/users/me', say);
    app.get('/users/nobody', (_request: any, _response: any, next: any) => next('router'));
    app.use((_request: any, response: any) => response.status(404).send('nothing'));
    const requests = ['GET /refused', 'GET /passed', 'GET /users/7', 'GET /users/me', 'GET /users/nobody', 'GET /nothing'];
    expect(Object.values(await routesOf(app, requests))).toEqual([
      undefined,
      undefined,
      undefined,
      '/users/me',
      undefined,
      undefined,
    ]);
  });

  it('keeps the route of Express whose handlers prepare what middleware renders', async () => {
    const express = load();
    const app = express();
    const isFive = name === 'express';
    app.get('/users/:id', passOn);
    app.all(isFive ? '/*any' : '*', passOn);
    app.use((request: any, response: any) => response.status(request.path === '/users/0' ? 404 : 200).send('rendered'));
    expect(await answersOf(app, ['GET /users/7', 'GET /users/0', 'GET /plain'])).toEqual([
      { status: 200, route: '/users/:id' },
      { status: 404, route: undefined },
      { status: 200, route: undefined },
    ]);
  });

  it('drops a catch-all route of Express that answers 404', async () => {
    const express = load();
    const isFive = name === 'express';
    const page = express.Router();
    page.get(isFive ? '/{*page}' : '/*', say);
    const none = express.Router();
    none.all(isFive ? '*path' : '*', (_request: any, response: any) => response.status(404).send('nothing'));
    const app = express();
    app.use('/api', none);
    app.all(isFive ? '/*any' : '*', passOn);
    app.get('/users/:id', (_request: any, response: any) => response.status(404).send('no such user'));
    app.use('/pages', page);
    const expected = {
      'GET /api/nothing': { status: 404, route: undefined },
      'GET /users/7': { status: 404, route: '/users/:id' },
      'GET /pages/of/mine': { status: 200, route: isFive ? '/pages/{*page}' : '/pages/*' },
    };
    expect(await answersOf(app, Object.keys(expected))).toEqual(Object.values(expected));
  });

  it('keeps the route of Express that failed, whoever answers', async () => {
    const express = load();
    const app = express();
    const router = express.Router();
    router.get('/throws', () => {
      throw new Error('on purpose');
    });
    router.get('/later/:id', (_request: any, _response: any, next: any) => setImmediate(() => next(new Error('on purpose'))));
    app.use('/api', router);
    app.use((error: any, _request: any, response: any, _next: any) => response.status(500).send(error.message));
    expect(await answersOf(app, ['GET /api/throws', 'GET /api/later/7'])).toEqual([
      { status: 500, route: '/api/throws' },
      { status: 500, route: '/api/later/:id' },
    ]);
  });

  it('keeps the route of Express that answered, though its handler goes on', async () => {
    const express = load();
    const app = express();
    app.get('/users/:id', (_request: any, response: any, next: any) => {
      response.send('answered');
      next();
    });
    app.get('/users/me', passOn);
    app.use((_request: any, _response: any, _next: any) => {});
    expect(await routesOf(app, ['GET /users/me'])).toEqual({ 'GET /users/me': '/users/:id' });
  });

  it('counts HEAD of Express with the route that answers it, and automatic OPTIONS with none', async () => {
    const express = load();
    const app = express();
    app.get('/users/:id', say);
    app.post('/head/:only', say);
    expect(await answersOf(app, ['HEAD /users/7', 'OPTIONS /users/7', 'HEAD /head/7'])).toEqual([
      { status: 200, route: '/users/:id' },
      { status: 200, route: undefined },
      { status: 404, route: undefined },
    ]);
  });

  it('changes nothing of Express that an application could notice', () => {
    const express = load();
    const router = express.Router();
    const child = express.Router();
    router.use('/child', child);
    router.get('/:id', say);
    const [mount, route] = router.stack;
    expect(mount.handle).toBe(child);
    expect(Object.keys(route)).not.toContain('promtel');
    expect(router.use.length).toBe(1);
    expect(router.use.name).toBe('use');
    expect(express.application.use.name).toBe('use');
  });
});

describe('detaching from Express', () => {
  it('restores Express when it is detached', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'promtel-express-'));
    const layer = join(copy, 'lib/layer.js');
    write(copy, { 'package.json': JSON.stringify({ name: 'router', version: '2.2.0' }), 'lib/layer.js': LAYER });
    const Layer = require(layer);
    expect(Layer.prototype.handleRequest.toString()).not.toContain('original');
    attached.detach();
    expect(new Layer().handleRequest()).toBe('original');
    expect(Layer.prototype.handleRequest.toString()).toContain('original');
    rmSync(copy, { recursive: true });
    attached = attachAlone(instrumentation).attached;
  });

  it('leaves a version of Express alone that it does not know, and reports it', () => {
    const problems: Problem[] = [];
    onProblem((problem) => problems.push(problem));
    const copy = mkdtempSync(join(tmpdir(), 'promtel-express-'));
    write(copy, {
      'package.json': JSON.stringify({ name: 'express', version: '3.21.2' }),
      'lib/router/layer.js': LAYER.replace('handleRequest', 'handle_request'),
    });
    const Layer = require(join(copy, 'lib/router/layer.js'));
    onProblem(undefined);
    expect(new Layer().handle_request.toString()).toContain('original');
    expect(problems).toEqual([{ subject: 'instrumentation express', message: expect.stringContaining('3.21.2') }]);
    rmSync(copy, { recursive: true });
  });
});

const LAYER = `module.exports = class Layer { handleRequest() { return 'original'; } };`;

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

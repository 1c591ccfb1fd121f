// Route templates of Hono on its Node.js server: every variant of its class and router, sub-applications, middleware.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttachedInstrumentation } from '../../src/hooks/attach.ts';
import { hono as instrumentation } from '../../src/instrumentations/hono.ts';
import { answersOf, routesOf } from '../kit/apps/route-answers.ts';
import { attachAlone } from '../kit/samples/samples.ts';

const require = createRequire(import.meta.url);

let attached: AttachedInstrumentation;
beforeAll(() => {
  attached = attachAlone(instrumentation).attached;
});
afterAll(() => {
  attached.detach();
  expect(attached.failure).toBeUndefined();
});

const listenerOf = (app: any): any => require('@hono/node-server').getRequestListener(app.fetch);
const say = (context: any): any => context.text('said');
const passOn = async (_context: any, next: any): Promise<void> => next();

describe.each([
  ['hono', {}],
  ['hono/quick', {}],
  ['hono/tiny', {}],
  ['hono', { router: 'RegExpRouter', from: 'hono/router/reg-exp-router' }],
  ['hono', { router: 'TrieRouter', from: 'hono/router/trie-router' }],
  ['hono', { router: 'LinearRouter', from: 'hono/router/linear-router' }],
])('%s with %j', (name, { router, from }: { router?: string; from?: string }) => {
  const make = (): any => new (require(name).Hono)(from === undefined ? {} : { router: new (require(from)[router!])() });

  it('sets the route template of Hono with the paths of every application above it', async () => {
    const users = make();
    users.get('/', say).get('/:id', say);
    const app = make();
    app.use(passOn);
    app.route('/api/:tenant/users', users);
    expect(await routesOf(listenerOf(app), ['GET /api/acme/users', 'GET /api/acme/users/7', 'HEAD /api/acme/users/7'])).toEqual({
      'GET /api/acme/users': '/api/:tenant/users',
      'GET /api/acme/users/7': '/api/:tenant/users/:id',
      'HEAD /api/acme/users/7': '/api/:tenant/users/:id',
    });
  });

  it('sets the route of a Hono application with a base path that is served itself', async () => {
    const app = make().basePath('/base');
    app.get('/users/:id', say);
    expect(await routesOf(listenerOf(app), ['GET /base/users/7'])).toEqual({ 'GET /base/users/7': '/base/users/:id' });
  });
});

describe('hono', () => {
  const make = (): any => new (require('hono').Hono)();

  it('sets a route of Hono rather than the middleware before and after it', async () => {
    const app = make();
    app.use('/users/*', passOn);
    app.get('*', passOn);
    app.get('/users/:id', passOn, say);
    app.get('/*', say);
    expect(await routesOf(listenerOf(app), ['GET /users/7', 'GET /other'])).toEqual({
      'GET /users/7': '/users/:id',
      'GET /other': '/*',
    });
  });

  it('sets the route of Hono that middleware answers for, and none where there is only middleware', async () => {
    const app = make();
    app.use('/private/*', (context: any, _next: any) => context.text('who are you?', 401));
    app.get('/private/:id', say);
    app.use('/exact', passOn);
    app.all('/all/*', say);
    expect(
      await answersOf(listenerOf(app), ['GET /private/7', 'GET /private/7/8', 'GET /exact', 'PUT /all/of/it', 'GET /']),
    ).toEqual([
      { status: 401, route: '/private/:id' },
      { status: 401, route: undefined },
      { status: 404, route: undefined },
      { status: 200, route: '/all/*' },
      { status: 404, route: undefined },
    ]);
  });

  it('keeps the route of Hono that failed', async () => {
    const app = make();
    app.onError((_error: any, context: any) => context.text('failed', 503));
    app.get('/fail/:how', () => {
      throw new Error('on purpose');
    });
    expect(await answersOf(listenerOf(app), ['GET /fail/fast'])).toEqual([{ status: 503, route: '/fail/:how' }]);
  });

  it('ignores requests of Hono that do not come from a Node.js server', async () => {
    const app = make();
    app.get('/users/:id', say);
    expect(await (await app.request('/users/7')).text()).toBe('said');
    expect(await routesOf(listenerOf(app), ['GET /nothing'])).toEqual({ 'GET /nothing': undefined });
  });

  it('changes nothing of Hono that an application could notice', () => {
    const { Hono } = require('hono');
    const app = make();
    expect(app).toBeInstanceOf(Hono);
    expect(Object.getPrototypeOf(Hono).name).toBe('Hono');
    expect(app.routes).toEqual([]);
    attached.detach();
    expect(new Hono().getPath.name).toBe('getPath');
  });
});

// Route templates of Koa with @koa/router: nested routers, middleware among their layers, several routers in a row.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttachedInstrumentation } from '../../src/hooks/attach.ts';
import { koa as instrumentation } from '../../src/instrumentations/koa.ts';
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

const routerOf = (options = {}): any => new (require('@koa/router'))(options);
const passOn = (_context: any, next: any): any => next();
const say = (context: any): void => {
  context.body = 'said';
};

function listenerOf(...routers: any[]): any {
  const app = new (require('koa'))();
  app.silent = true;
  for (const router of routers) app.use(router.routes()).use(router.allowedMethods());
  return app.callback();
}

describe('koa', () => {
  it('sets the route template of Koa with the prefixes of every router above it', async () => {
    const users = routerOf();
    users.get('/', say).get('/:id', say);
    const tenants = routerOf({ prefix: '/api/:tenant' });
    tenants.use(passOn).use('/users', users.routes());
    expect(
      await routesOf(listenerOf(tenants), ['GET /api/acme/users', 'GET /api/acme/users/7', 'HEAD /api/acme/users/7']),
    ).toEqual({
      'GET /api/acme/users': '/api/:tenant/users',
      'GET /api/acme/users/7': '/api/:tenant/users/:id',
      'HEAD /api/acme/users/7': '/api/:tenant/users/:id',
    });
  });

  it('sets the element of an array and the text of an expression as route of Koa', async () => {
    const router = routerOf();
    router
      .get(['/red', '/blue/:shade'], say)
      .get(/^\/item-\d+$/, say)
      .all('/any', say);
    expect(
      Object.values(await routesOf(listenerOf(router), ['GET /red', 'GET /blue/dark', 'GET /item-7', 'DELETE /any'])),
    ).toEqual(['/red', '/blue/:shade', String.raw`/^\/item-\d+$/`, '/any']);
  });

  it('sets the route of Koa that middleware of the router answers for', async () => {
    const router = routerOf({ prefix: '/private' });
    router.use((context: any) => context.throw(401));
    router.get('/:id', say);
    expect(await answersOf(listenerOf(router), ['GET /private/7', 'POST /private/7'])).toEqual([
      { status: 401, route: '/private/:id' },
      { status: 405, route: undefined },
    ]);
  });

  it('sets the route of Koa that answers, of several that match', async () => {
    const [first, second] = [routerOf(), routerOf()];
    first.get('/users/:id', passOn).get('/users/me', say);
    second.get('/users/:user', say);
    expect(await routesOf(listenerOf(first, second), ['GET /users/me', 'GET /users/7'])).toEqual({
      'GET /users/me': '/users/me',
      'GET /users/7': '/users/:user',
    });
  });

  it('keeps the route of Koa that failed, and sets none where no route matched', async () => {
    const router = routerOf();
    router.get('/fail/:how', (context: any) => context.throw(503)).use('/used', passOn);
    expect(await answersOf(listenerOf(router), ['GET /fail/fast', 'GET /used', 'GET /nothing', 'OPTIONS /fail/fast'])).toEqual([
      { status: 503, route: '/fail/:how' },
      { status: 404, route: undefined },
      { status: 404, route: undefined },
      { status: 200, route: undefined },
    ]);
  });

  it('leaves the application what the router of Koa has set', async () => {
    const seen: unknown[] = [];
    const router = routerOf();
    router.get('/users/:id', (context: any) => {
      seen.push(context._matchedRoute, Object.keys(context).includes('_matchedRoute'));
      context.body = context.toJSON();
    });
    await routesOf(listenerOf(router), ['GET /users/7']);
    expect(seen[0]).toBe('/users/:id');
  });

  it('restores Koa when it is detached', () => {
    const prototype = require('koa/lib/context');
    expect(Object.hasOwn(prototype, '_matchedRoute')).toBe(true);
    attached.detach();
    expect(Object.hasOwn(prototype, '_matchedRoute')).toBe(false);
  });
});

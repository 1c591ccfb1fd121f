// Route templates of Fastify: with the prefixes of its plugins, and for requests that never reach a handler.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttachedInstrumentation } from '../../src/hooks/attach.ts';
import { fastify as instrumentation } from '../../src/instrumentations/fastify.ts';
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

const make = (options = {}): any => require('fastify')(options);
const say = async (): Promise<string> => 'said';

async function listenerOf(app: any): Promise<any> {
  await app.ready();
  return (request: any, response: any) => app.routing(request, response);
}

describe('fastify', () => {
  it('sets the route template of Fastify with the prefixes of every plugin above it', async () => {
    const app = make();
    app.register(
      async (tenant: any) => {
        tenant.get('/', say);
        tenant.register(async (users: any) => users.get('/:id', say), { prefix: '/users' });
      },
      { prefix: '/api/:tenant' },
    );
    expect(await routesOf(await listenerOf(app), ['GET /api/acme', 'GET /api/acme/users/7', 'HEAD /api/acme/users/7'])).toEqual({
      'GET /api/acme': '/api/:tenant',
      'GET /api/acme/users/7': '/api/:tenant/users/:id',
      'HEAD /api/acme/users/7': '/api/:tenant/users/:id',
    });
  });

  it('sets the route template of Fastify before a hook of the application can answer', async () => {
    const app = make();
    app.addHook('onRequest', async (_request: any, reply: any) => reply.code(401).send('who are you?'));
    app.get('/private/:id', say);
    expect(await answersOf(await listenerOf(app), ['GET /private/7', 'GET /nothing'])).toEqual([
      { status: 401, route: '/private/:id' },
      { status: 401, route: undefined },
    ]);
  });

  it.each(['preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend'])(
    'keeps the route of Fastify when %s fails',
    async (hook) => {
      const app = make();
      app.addHook(hook, async () => {
        throw new Error('on purpose');
      });
      app.get('/users/:id', async () => ({ said: true }));
      expect(await answersOf(await listenerOf(app), ['GET /users/7'])).toEqual([{ status: 500, route: '/users/:id' }]);
    },
  );

  it('keeps the route of Fastify of a request that is not valid', async () => {
    const app = make();
    app.get('/users/:id', { schema: { params: { type: 'object', properties: { id: { type: 'integer' } } } } }, say);
    expect(await answersOf(await listenerOf(app), ['GET /users/seven'])).toEqual([{ status: 400, route: '/users/:id' }]);
  });

  it('sets no route of Fastify for what it does not find, whoever answers', async () => {
    const app = make();
    app.register(
      async (scope: any) => {
        scope.setNotFoundHandler((_request: any, reply: any) => reply.code(404).send('nothing'));
        scope.get('/users', say);
      },
      { prefix: '/v1' },
    );
    expect(await answersOf(await listenerOf(app), ['GET /v1/nothing', 'GET /nothing', 'PUT /v1/users', 'GET /%zz'])).toEqual([
      { status: 404, route: undefined },
      { status: 404, route: undefined },
      { status: 404, route: undefined },
      { status: 400, route: undefined },
    ]);
  });

  it('sets no route of Fastify once it is detached', async () => {
    const { attached: another } = attachAlone(instrumentation);
    attached.detach();
    const app = make();
    app.get('/users/:id', say);
    const listener = await listenerOf(app);
    expect(await routesOf(listener, ['GET /users/7'])).toEqual({ 'GET /users/7': '/users/:id' });
    another.detach();
    expect(await routesOf(listener, ['GET /users/7'])).toEqual({ 'GET /users/7': undefined });
    attached = attachAlone(instrumentation).attached;
  });
});

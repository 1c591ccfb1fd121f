// Route templates of Nest, on Express and on Fastify: prefixes, versions, middleware, guards, pipes and filters.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttachedInstrumentation } from '../../src/hooks/attach.ts';
import { express } from '../../src/instrumentations/express.ts';
import { fastify } from '../../src/instrumentations/fastify.ts';
import { answersOf } from '../kit/apps/route-answers.ts';
import { attachAlone } from '../kit/samples/samples.ts';

const require = createRequire(import.meta.url);

let attached: AttachedInstrumentation[];
beforeAll(() => {
  attached = [express, fastify].map((instrumentation) => attachAlone(instrumentation).attached);
});
afterAll(() => {
  for (const each of attached) {
    each.detach();
    expect(each.failure).toBeUndefined();
  }
});

/** Applies decorators as a compiler would. */
function decorate(type: any, method: string, decorators: any[], ...ofParameters: any[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, method)!;
  for (const decorator of decorators) decorator(type.prototype, method, descriptor);
  for (const [index, decorator] of ofParameters.entries()) decorator(type.prototype, method, index);
}

describe.each([
  ['@nestjs/platform-express', 'ExpressAdapter'],
  ['@nestjs/platform-fastify', 'FastifyAdapter'],
])('nest on %s', (platform, adapter) => {
  it('sets the route template of Nest from prefix, version, controller and method', async () => {
    require('reflect-metadata');
    const common = require('@nestjs/common');
    const { Controller, Get, Module, NotFoundException, Param, ParseIntPipe, Post, UseGuards, VersioningType } = common;

    class Users {
      one(id: number): object {
        if (id === 404) throw new NotFoundException();
        return { id };
      }
      refused(): void {}
      either(): string {
        return 'either';
      }
    }
    Controller({ path: 'users', version: '1' })(Users);
    decorate(Users, 'one', [Get(':id')], Param('id', ParseIntPipe));
    decorate(Users, 'refused', [Post(':id'), UseGuards({ canActivate: () => false })]);
    decorate(Users, 'either', [Get(['a/:what', 'b/:what'])]);
    class Application {
      configure(consumer: any): void {
        consumer.apply((_request: unknown, _response: unknown, next: () => void) => next()).forRoutes(Users);
      }
    }
    Module({ controllers: [Users] })(Application);

    const { NestFactory } = require('@nestjs/core');
    const app = await NestFactory.create(Application, new (require(platform)[adapter])(), { logger: false });
    app.setGlobalPrefix('api');
    app.enableVersioning({ type: VersioningType.URI });
    await app.init();
    const instance = app.getHttpAdapter().getInstance();
    if (instance.ready !== undefined) await instance.ready();
    const listener =
      instance.routing === undefined ? instance : (request: any, response: any) => instance.routing(request, response);

    const route = '/api/v1/users/:id';
    const expected = {
      'GET /api/v1/users/7': { status: 200, route },
      'HEAD /api/v1/users/7': { status: 200, route },
      'GET /api/v1/users/404': { status: 404, route },
      'GET /api/v1/users/seven': { status: 400, route },
      'POST /api/v1/users/7': { status: 403, route },
      'GET /api/v1/users/a/x': { status: 200, route: '/api/v1/users/a/:what' },
      'GET /api/v1/users/b/x': { status: 200, route: '/api/v1/users/b/:what' },
      'GET /api/v2/users/7': { status: 404, route: undefined },
      'DELETE /api/v1/users/7': { status: 404, route: undefined },
      'GET /nothing': { status: 404, route: undefined },
    };
    expect(await answersOf(listener, Object.keys(expected))).toEqual(Object.values(expected));
    await app.close();
  });
});

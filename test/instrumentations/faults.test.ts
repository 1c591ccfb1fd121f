// An error in an instrumentation within a call of the host detaches the instrumentation; the host's call is made, once.
import { type IncomingMessage, createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { Registry } from '../../src/core/recording/registry.ts';
import { attach, type AttachedInstrumentation } from '../../src/hooks/attach.ts';
import type { Instrumentation } from '../../src/hooks/instrumentation.ts';
import { express } from '../../src/instrumentations/express.ts';
import { hono } from '../../src/instrumentations/hono.ts';
import { httpConnections } from '../../src/instrumentations/http/http-connections.ts';
import { httpServer } from '../../src/instrumentations/http/http-server.ts';
import { koa } from '../../src/instrumentations/koa.ts';
import { eventually, listen, openRaw, talk } from '../kit/apps/http-traffic.ts';
import { answersOf } from '../kit/apps/route-answers.ts';
import { SETTINGS } from '../kit/contracts/instrumentation-settings.ts';

const require = createRequire(import.meta.url);

let attached: AttachedInstrumentation;
afterEach(() => attached.detach());

function attachTo(instrumentation: Instrumentation): void {
  attached = attach(instrumentation, new Registry(), SETTINGS);
}

const faulty = (message: string) => ({
  get(): never {
    throw new Error(message);
  },
});

describe.each(['express', 'express4'])('%s', (name) => {
  it('express answers where entering or leaving a layer fails', async () => {
    attachTo(express);
    const app = require(name)();
    let calls = 0;
    app.get('/a', (_request: any, response: any, next: any) => {
      calls += 1;
      // Whatever of ours looks at the response when the route is left.
      Object.defineProperty(response, 'headersSent', { ...faulty('leaving'), configurable: true });
      next();
    });
    app.use((_request: any, response: any) => {
      Reflect.deleteProperty(response, 'headersSent');
      calls += 1;
      response.send('said');
    });
    expect(await answersOf(app, ['GET /a'])).toMatchObject([{ status: 200 }]);
    expect([attached.failure, calls]).toEqual(['leaving', 2]);

    // The next attachment patches this copy of Express again.
    attachTo(express);
    expect(await answersOf(app, ['GET /a'])).toMatchObject([{ status: 200 }]);
    expect([attached.failure, calls]).toEqual(['leaving', 4]);
  });
});

it('hono answers where its environment cannot be read', async () => {
  attachTo(hono);
  const app = new (require('hono').Hono)();
  let calls = 0;
  app.get('/a', (context: any) => {
    calls += 1;
    return context.text('said');
  });
  const environment = Object.defineProperty({}, 'incoming', faulty('looking'));
  const response = await app.fetch(new Request('http://x/a'), environment);
  expect([await response.text(), attached.failure, calls]).toEqual(['said', 'looking', 1]);
});

it('koa answers where the context of a request cannot be read', async () => {
  attachTo(koa);
  const app = new (require('koa'))();
  app.use((context: any) => {
    Object.defineProperty(context, 'matched', faulty('reading'));
    context._matchedRoute = '/a';
    context.body = context._matchedRoute;
  });
  expect(await answersOf(app.callback(), ['GET /a'])).toMatchObject([{ status: 200 }]);
  expect(attached.failure).toBe('reading');
});

describe('body sizes, where counting them fails', () => {
  const post = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n';
  const spoil = (message: object, name: string): void => {
    const count = Object.getOwnPropertySymbols(message).find(({ description }) => description === `promtel.body.${name}`);
    Object.defineProperty(message, count!, faulty(name));
  };

  it.each(['received', 'sent'])('a body that cannot be counted is %s all the same', async (name) => {
    attachTo(httpServer);
    const server = createServer((request, response) => {
      if (name === 'received') spoil(request, name);
      response.write('one');
      if (name === 'sent') spoil(response, name);
      response.write('two');
      request.pipe(response);
    });
    const answer = await talk(await listen(server), post);
    expect(answer).toMatch(/3\r\none\r\n3\r\ntwo\r\n2\r\nab\r\n0\r\n\r\n$/);
    expect(attached.failure).toBe(name);
    server.close();
  });
});

describe('taken-over connections, where recording them fails', () => {
  const upgrade = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n';

  it.each([
    ['is answered', (stream: Duplex) => void stream.end('HTTP/1.1 101 Switching\r\n\r\n')],
    ['is closed', (stream: Duplex) => void stream.destroy()],
  ])('a taken-over connection works where recording fails: it %s', async (_, finish) => {
    attachTo(httpConnections);
    const server = createServer().on('upgrade', (request: IncomingMessage, stream: Duplex) => {
      Object.defineProperty(request, 'httpVersion', faulty('recording'));
      finish(stream);
    });
    const client = openRaw(await listen(server), upgrade);
    await eventually(() => expect(attached.failure).toBe('recording'));
    await eventually(() => expect(client.socket.destroyed).toBe(true));
    server.close();
  });
});

// Fastify 4 and 5: sets the route template of each request, before a hook of the application can answer it.
//
// Fastify also publishes each handler call, with its template. But some requests never reach a handler, such as those that an
// authentication hook refuses or that fail validation.
import { setRoute } from '../core/http/route.ts';
import type { Instrumentation } from '../hooks/instrumentation.ts';

interface Request {
  readonly raw: object;
  /** Without a URL if no route matched. */
  readonly routeOptions: { readonly url?: string };
}

interface Server {
  readonly version: string;
  addHook(name: 'onRequest', hook: (request: Request, reply: unknown, done: () => void) => void): void;
}

export const fastify: Instrumentation = {
  name: 'fastify',
  target: { package: 'fastify', versions: '>=4.10 <6' },
  metrics: [],
  attach(attachment) {
    const setTemplate = attachment.guard(({ raw, routeOptions }: Request) => {
      if (routeOptions.url !== undefined) setRoute(raw, routeOptions.url);
    });
    let isAttached = true;
    attachment.onDetach(() => {
      isAttached = false;
    });
    // Published when a server is created: so the hook is the first, and every route of every plugin inherits it.
    attachment.subscribe('fastify.initialization', ({ fastify: server }: { readonly fastify: Server }) => {
      if (!attachment.isKnown(server.version)) return;
      server.addHook('onRequest', (request, _reply, done) => {
        if (isAttached) setTemplate(request);
        done();
      });
    });
  },
};

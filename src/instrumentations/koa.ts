// Koa 2 and 3 with @koa/router: tells the template that the router notes on a request's context, as it notes it.
import { setRoute } from '../core/http/route.ts';
import type { Instrumentation } from '../hooks/instrumentation.ts';

interface Context {
  readonly req: object;
  readonly method: string;
  /** The layers of routers that match the path: of routes, and of middleware, which has no methods. */
  readonly matched?: readonly Layer[];
  _matchedRoute?: unknown;
  [MATCHED]?: unknown;
}

interface Layer {
  readonly path: unknown;
  readonly methods: readonly string[];
}

const MATCHED = Symbol('promtel.matchedRoute');

export const koa: Instrumentation = {
  name: 'koa',
  target: { package: 'koa', versions: '>=2 <4' },
  metrics: [],
  attach(attachment) {
    const tell = attachment.guard((context: Context, path: unknown) => {
      const route = routeAt(path, context);
      if (route !== undefined) setRoute(context.req, String(route.path));
    });
    // Every context inherits from this object, so what a router sets on a context goes through it.
    attachment.patch({ file: 'lib/context.js' }, (prototype: Context) => {
      Object.defineProperty(prototype, '_matchedRoute', {
        configurable: true,
        get(this: Context) {
          return this[MATCHED];
        },
        set(this: Context, path: unknown) {
          this[MATCHED] = path;
          tell(this, path);
          // Had telling failed, this accessor would be gone, and the value with it.
          if (!Object.hasOwn(prototype, '_matchedRoute')) this._matchedRoute = path;
        },
      });
      return () => Reflect.deleteProperty(prototype, '_matchedRoute');
    });
  },
};

/** A router announces each layer that it comes to. At middleware, which may answer, the route is the first that would follow. */
function routeAt(path: unknown, { matched = [], method }: Context): Layer | undefined {
  const isRoute = ({ methods }: Layer): boolean => methods.includes(method);
  return matched.find((layer) => layer.path === path && isRoute(layer)) ?? matched.find(isRoute);
}

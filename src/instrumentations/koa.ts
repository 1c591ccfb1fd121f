// Koa 2 and 3 with @koa/router: sets the route template when the router puts it on the context of a request.
import { setRoute } from '../core/http/route.ts';
import type { Instrumentation } from '../hooks/instrumentation.ts';

interface Context {
  readonly req: object;
  readonly method: string;
  /** The layers of routers that match the path: routes, and middleware, which has no methods. */
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
    const setTemplate = attachment.guard((context: Context, path: unknown) => {
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
          setTemplate(this, path);
          // If that failed, this accessor was removed, and the value with it.
          if (!Object.hasOwn(prototype, '_matchedRoute')) this._matchedRoute = path;
        },
      });
      return () => Reflect.deleteProperty(prototype, '_matchedRoute');
    });
  },
};

/**
 * A router sets the path of each layer that it calls. For middleware, which may answer, it is the first route that would follow.
 */
function routeAt(path: unknown, { matched = [], method }: Context): Layer | undefined {
  const isRoute = ({ methods }: Layer): boolean => methods.includes(method);
  return matched.find((layer) => layer.path === path && isRoute(layer)) ?? matched.find(isRoute);
}

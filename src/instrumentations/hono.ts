// Hono 4 on its Node.js server: sets the template of the route that a request was matched with.
//
// The fetch, handlers and router of an application are its own properties and inherit nothing that could be patched. So the class
// that it extends is replaced by a proxy, which patches each application as it is made.
import { setRoute } from '../core/http/route.ts';
import type { Guard, Instrumentation, Undo } from '../hooks/instrumentation.ts';

type Handler = (context: unknown, next?: unknown) => unknown;

/** A handler with the route that it was declared for, and the parameters of the path. */
type Match = readonly [readonly [handler: Handler, route: { readonly path: string; readonly method: string }], params: unknown];

type FindMatches = (method: string, path: string) => readonly [matches: readonly Match[], ...rest: unknown[]];

interface Router {
  match: FindMatches;
}

interface Application {
  /** Set by the subclass, after the proxy has returned the application. */
  readonly router: Router;
  getPath: (request: unknown, options?: { readonly env?: { readonly incoming?: object } }) => string;
}

type ApplicationClass = new (...values: never[]) => Application;

/** The class, and its smaller variants. */
const FILES = ['hono.js', 'preset/quick.js', 'preset/tiny.js'];

export const hono: Instrumentation = {
  name: 'hono',
  target: { package: 'hono', versions: '>=4 <5' },
  metrics: [],
  attach(attachment) {
    const { guard } = attachment;
    for (const file of FILES) {
      const module = { file: `dist/cjs/${file}`, esFile: `dist/${file}` };
      attachment.patch(module, ({ Hono }: { readonly Hono?: ApplicationClass }) => patchApplications(Hono, guard));
    }
  },
};

function patchApplications(application: ApplicationClass | undefined, guard: Guard): Undo {
  // Node 22 passes incomplete exports where the application is in the middle of loading the module.
  if (application === undefined) throw new Error('Hono was being loaded already; start Node with --import promtel/register');
  const base = Object.getPrototypeOf(application) as ApplicationClass;
  const patch = guard((created: Application) => patchApplication(created, guard));
  const patching = new Proxy(base, {
    construct(target, values, made) {
      const created = Reflect.construct(target, values, made) as Application;
      patch(created);
      return created;
    },
  });
  Object.setPrototypeOf(application, patching);
  return () => {
    if (Object.getPrototypeOf(application) === patching) Object.setPrototypeOf(application, base);
  };
}

/**
 * An application reads a request's path from its environment, and then has the router match the path. Not by `observeCalls`: this
 * runs for every request.
 */
function patchApplication(application: Application, guard: Guard): void {
  const { getPath } = application;
  let isRouterPatched = false;
  let incoming: object | undefined;
  const setTemplate = guard(([matches]: ReturnType<FindMatches>): void => {
    const template = incoming === undefined ? undefined : templateOf(matches);
    if (incoming !== undefined && template !== undefined) setRoute(incoming, template);
    incoming = undefined;
  });
  const noteRequest = guard((options: Parameters<Application['getPath']>[1]): void => {
    incoming = options?.env?.incoming;
    if (!isRouterPatched) patchRouter(application.router, setTemplate);
    isRouterPatched = true;
  });
  application.getPath = (request, options) => {
    const path = getPath(request, options);
    noteRequest(options);
    return path;
  };
}

/** A router replaces its own `match` by a faster one as soon as it knows its routes. */
function patchRouter(router: Router, onMatch: (result: ReturnType<FindMatches>) => void): void {
  let { match } = router;
  const matchAndReport: FindMatches = (method, path) => {
    const result = match.call(router, method, path);
    onMatch(result);
    return result;
  };
  Object.defineProperty(router, 'match', {
    configurable: true,
    enumerable: true,
    get: () => matchAndReport,
    set(faster: FindMatches) {
      match = faster;
    },
  });
}

/** The first handler that is a route's own rather than middleware; one for a certain path before one for all below it. */
function templateOf(matches: readonly Match[]): string | undefined {
  let wildcard: string | undefined;
  for (const [[handler, { path, method }]] of matches) {
    // Middleware is declared for all methods and takes `next`; it may be declared for a wildcard of one method, too.
    const passesOn = handler.length > 1;
    if (!path.endsWith('*') && !(passesOn && method === 'ALL')) return path;
    if (!passesOn) wildcard ??= path;
  }
  return wildcard;
}

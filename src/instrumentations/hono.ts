// Hono 4 on its Node server: tells the template of the route that a request was matched with.
//
// Everything of a Hono application is its own: its fetch, its handlers and its router are made with it and inherit nothing that
// could be patched. So the class that it extends is replaced by a proxy, which watches each application as it is made.
import { setRoute } from '../core/http/route.ts';
import type { Guard, Instrumentation, Undo } from '../hooks/instrumentation.ts';

type Handler = (context: unknown, next?: unknown) => unknown;

/** A handler with what it was declared for, and its parameters. */
type Match = readonly [readonly [handler: Handler, route: { readonly path: string; readonly method: string }], params: unknown];

type FindMatches = (method: string, path: string) => readonly [matches: readonly Match[], ...rest: unknown[]];

interface Router {
  match: FindMatches;
}

interface Application {
  /** Made by the subclass, after the proxy has seen the application. */
  readonly router: Router;
  getPath: (request: unknown, options?: { readonly env?: { readonly incoming?: object } }) => string;
}

type ApplicationClass = new (...values: never[]) => Application;

/** The class, and its leaner variants. */
const FILES = ['hono.js', 'preset/quick.js', 'preset/tiny.js'];

export const hono: Instrumentation = {
  name: 'hono',
  target: { package: 'hono', versions: '>=4 <5' },
  metrics: [],
  attach(attachment) {
    const { guard } = attachment;
    for (const file of FILES) {
      const module = { file: `dist/cjs/${file}`, esFile: `dist/${file}` };
      attachment.patch(module, ({ Hono }: { readonly Hono?: ApplicationClass }) => watchApplications(Hono, guard));
    }
  },
};

function watchApplications(application: ApplicationClass | undefined, guard: Guard): Undo {
  // Node 22 gives what it has when the application is in the middle of loading it.
  if (application === undefined) throw new Error('Hono was being loaded already; start Node with --import promtel/register');
  const base = Object.getPrototypeOf(application) as ApplicationClass;
  const watch = guard((created: Application) => watchMatching(created, guard));
  const watched = new Proxy(base, {
    construct(target, values, made) {
      const created = Reflect.construct(target, values, made) as Application;
      watch(created);
      return created;
    },
  });
  Object.setPrototypeOf(application, watched);
  return () => {
    if (Object.getPrototypeOf(application) === watched) Object.setPrototypeOf(application, base);
  };
}

/** A request's path is asked for with its environment, just before the router is asked for the path's handlers. */
function watchMatching(application: Application, guard: Guard): void {
  const { getPath } = application;
  let isWatched = false;
  let incoming: object | undefined;
  const noteMatches = guard(([matches]: ReturnType<FindMatches>): void => {
    const template = incoming === undefined ? undefined : templateOf(matches);
    if (incoming !== undefined && template !== undefined) setRoute(incoming, template);
    incoming = undefined;
  });
  const noteRequest = guard((options: Parameters<Application['getPath']>[1]): void => {
    incoming = options?.env?.incoming;
    if (!isWatched) watchMatches(application.router, noteMatches);
    isWatched = true;
  });
  application.getPath = (request, options) => {
    const path = getPath(request, options);
    noteRequest(options);
    return path;
  };
}

/** Routers replace their own `match` by a faster one as soon as they know their routes. */
function watchMatches(router: Router, onMatch: (result: ReturnType<FindMatches>) => void): void {
  let { match } = router;
  const watched: FindMatches = (method, path) => {
    const result = match.call(router, method, path);
    onMatch(result);
    return result;
  };
  Object.defineProperty(router, 'match', {
    configurable: true,
    enumerable: true,
    get: () => watched,
    set(faster: FindMatches) {
      match = faster;
    },
  });
}

/** The first handler that is a route's own rather than middleware; one for a certain path before one for all below it. */
function templateOf(matches: readonly Match[]): string | undefined {
  let wildcard: string | undefined;
  for (const [[handler, { path, method }]] of matches) {
    // Middleware is declared for all methods, and takes a function to pass on with; it may stand at a wildcard of a method, too.
    const passesOn = handler.length > 1;
    if (!path.endsWith('*') && !(passesOn && method === 'ALL')) return path;
    if (!passesOn) wildcard ??= path;
  }
  return wildcard;
}

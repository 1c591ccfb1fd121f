// Express 4 and 5: tells the full route template of each request, with the paths that its routers are mounted at.
//
// One method is patched: the one that calls a layer, which is what Express makes of every `use` and every route. Most layers are
// middleware that adds nothing to a template, and are passed through at once. Express 5.3 publishes the same calls on a channel,
// but then takes 0.2 µs for each of them; so that only serves to find an Express that is bundled into the application, where no
// module is loaded that could be patched, and is left after its first message.
import { clearRoute, markTentative, routeOf, setRoute } from '../core/http/route.ts';
import type { Attachment, Guard, Instrumentation, Undo } from '../hooks/instrumentation.ts';
import { type Method, wrapMethod } from '../hooks/wrap-method.ts';

/** What a route or a mount may be declared with; of an array, any member matches. */
type Path = string | RegExp | number | undefined | readonly Path[];

interface Layer {
  /** In a router, of the layers that lead to a route. */
  readonly route?: { readonly path: Path };
  /** The path as declared, since router 2.3. */
  readonly rawPath?: Path;
  [PART]?: Part | null;
}

/** What a layer adds to a template. */
interface Part {
  readonly path: string;
  readonly isRoute: boolean;
  readonly isCatchAll: boolean;
  /** The template up to and with this part, by that before it: the string must not be a new one for each request. */
  readonly templates: Map<string, string>;
}

interface Request {
  readonly route?: { readonly path: Path };
  [MOUNTED_AT]?: string | undefined;
}

interface Response {
  readonly headersSent: boolean;
}

interface Router {
  readonly stack: Layer[];
}

interface Class {
  readonly prototype: object;
}

type Next = (error?: unknown) => void;

const PART = Symbol('promtel.part');
const MOUNTED_AT = Symbol('promtel.mountedAt');

/** A router that is mounted within itself has a template for each depth that a URL has; it ends here. */
const MOST_TEMPLATES = 100;

const CATCH_ALL = /^\/?(?:\*\w*|\{\*\w+\}|\(\.\*\))$/;

/** The paths of mounts, where their layers do not have them. */
const declaredPaths = new WeakMap<Layer, Path>();

export const express: Instrumentation = {
  name: 'express',
  target: { package: 'express', versions: '>=4.16 <6' },
  metrics: [],
  attach(attachment) {
    const { guard } = attachment;
    // Only Express 4 has these files; Express 5 has its router in a package of its own.
    attachment.patch({ file: 'lib/router/index.js' }, (router: object) => watchMounts(router, guard));
    attachment.patch({ file: 'lib/router/layer.js' }, (layer: Class) => watchCalls(layer.prototype, 'handle_request', guard));
    const stopLooking = lookForBundle(attachment);
    const router = { package: 'router', versions: '>=2 <3' };
    attachment.patch({ ...router, file: 'index.js' }, (exports: Class) => watchMounts(exports.prototype, guard));
    attachment.patch({ ...router, file: 'lib/layer.js' }, (layer: Class) => {
      stopLooking();
      return watchCalls(layer.prototype, 'handleRequest', guard);
    });
  },
};

/** A bundled Express shows itself with the first layer that it calls; the layers after it are seen like any other's. */
function lookForBundle(attachment: Attachment): Undo {
  const stopLooking = attachment.subscribe('tracing:express.router.request:start', (message: { req: Request; layer: Layer }) => {
    const { req, layer } = message;
    stopLooking();
    attachment.onDetach(watchCalls(ownerOf(layer, 'handleRequest'), 'handleRequest', attachment.guard));
    if (req.route === undefined) req[MOUNTED_AT] = joined('', textOf(layer.rawPath));
    else setRoute(req, rooted(textOf(req.route.path)));
  });
  return stopLooking;
}

/** Notes the path that a router is mounted at. */
function watchMounts(router: object, guard: Guard): Undo {
  const countLayers = guard(({ stack }: Router) => stack.length);
  const notePaths = guard(({ stack }: Router, first: number, values: readonly unknown[]): void => {
    const path = startsWithFunction(values) ? '/' : (values[0] as Path);
    for (const layer of stack.slice(first)) declaredPaths.set(layer, path);
  });
  return wrapMethod(router, 'use', (use) =>
    asMethod(function (this: Router, ...values: unknown[]) {
      const first = countLayers(this);
      const result = use.apply(this, values);
      if (first !== undefined) notePaths(this, first, values);
      return result;
    }),
  );
}

/** Express takes handlers one by one and in arrays, and a path before them or none. */
function startsWithFunction(values: readonly unknown[]): boolean {
  let first = values[0];
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'function';
}

function watchCalls(layer: object, name: string, guard: Guard): Undo {
  const enter = guard((entered: Layer, request: Request, response: Response): Visit | undefined => {
    const part = entered[PART] === undefined ? partOf(entered) : entered[PART];
    if (part === null) return undefined;
    return part.isRoute ? enterRoute(part, request, response) : enterMount(part, request);
  });
  const leave = guard((visit: Visit, response: Response, error: unknown): void => {
    if (!visit.part.isRoute) visit.request[MOUNTED_AT] = visit.before;
    // After an error the route stands, whoever answers.
    else if ((!error || error === 'route' || error === 'router') && !response.headersSent) leaveRoute(visit);
  });
  return wrapMethod(layer, name, (call) =>
    asMethod(function (this: Layer, request: Request, response: Response, next: Next) {
      const visit = this[PART] === null ? undefined : enter(this, request, response);
      if (visit === undefined) return call.call(this, request, response, next);
      const passOn: Next = (error) => {
        leave(visit, response, error);
        next(error);
      };
      return call.call(this, request, response, passOn);
    }),
  );
}

/** A request within a layer, until the layer passes it on. */
interface Visit {
  readonly part: Part;
  readonly request: Request;
  /** The route that was told before, or where the request was mounted. */
  readonly before: string | undefined;
}

/** Tells the template, to be taken back when every handler of the route has passed the request on. */
function enterRoute(part: Part, request: Request, response: Response): Visit | undefined {
  // Handlers that go on after they have answered change nothing.
  if (response.headersSent) return undefined;
  const before = routeOf(request);
  setRoute(request, templateOf(part, request[MOUNTED_AT]));
  // A route for everything that answers 404, as Nest declares one, says that no route was found.
  if (part.isCatchAll) markTentative(request);
  return { part, request, before };
}

/** A route for everything that passes on was middleware, and the route before it, which passed on too, is back. */
function leaveRoute({ part, request, before }: Visit): void {
  if (part.isCatchAll && before === undefined) return clearRoute(request);
  if (part.isCatchAll && before !== undefined) setRoute(request, before);
  markTentative(request);
}

function enterMount(part: Part, request: Request): Visit {
  const before = request[MOUNTED_AT];
  request[MOUNTED_AT] = templateOf(part, before);
  return { part, request, before };
}

function partOf(layer: Layer): Part | null {
  const isRoute = layer.route !== undefined;
  const path = textOf(isRoute ? layer.route.path : (layer.rawPath ?? declaredPaths.get(layer)));
  const isCatchAll = isRoute && CATCH_ALL.test(path);
  const part = isRoute || joined('', path) !== '' ? { path, isRoute, isCatchAll, templates: new Map<string, string>() } : null;
  Object.defineProperty(layer, PART, { value: part });
  return part;
}

function templateOf({ path, isRoute, templates }: Part, before = ''): string {
  let template = templates.get(before);
  if (template === undefined) {
    if (templates.size >= MOST_TEMPLATES) return before;
    template = isRoute ? rooted(joined(before, path)) : joined(before, path);
    templates.set(before, template);
  }
  return template;
}

// Templates are written as the official Express instrumentation writes them, so that the series stay the same with tracing on.

/** All members of an array, since Express 4 does not say which of them matched. */
function textOf(path: Path): string {
  if (Array.isArray(path)) return path.flat(Infinity).join(',');
  return path === undefined ? '' : String(path);
}

/** A lone `/` adds nothing, and slashes do not repeat. */
function joined(before: string, path: string): string {
  return path === '/' ? before : (before + path).replaceAll(/\/{2,}/g, '/');
}

function rooted(template: string): string {
  return template.startsWith('/') || template === '*' ? template : `/${template}`;
}

function ownerOf(object: object, name: string): object {
  let owner = object;
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object;
  return owner;
}

function asMethod<This, Values extends unknown[]>(run: (this: This, ...values: Values) => unknown): Method {
  return run as unknown as Method;
}

// Express 4 and 5: sets the route template of each request, with the paths that its routers are mounted at.
//
// One method is patched: the one that calls a layer, which is what Express makes of every `use` and every route. Most layers are
// middleware that adds nothing to a template, and are passed through at once. Express 5.3 publishes the same calls on a channel,
// but then takes 0.2 µs for each of them. So the channel only serves to find an Express that is bundled into the application,
// where no module is loaded that could be patched, and is left after its first message.
import { clearRoute, markTentative, routeOf, setRoute } from '../core/http/route.ts';
import type { Attachment, Guard, Instrumentation, Undo } from '../hooks/instrumentation.ts';
import { observeCalls } from '../hooks/observe-calls.ts';
import { type Method, wrapMethod } from '../hooks/wrap-method.ts';

/** What a route or a mount may be declared with; of an array, any element may match. */
type Path = string | RegExp | number | undefined | readonly Path[];

interface Layer {
  /** Of layers that lead to a route, and not to middleware. */
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
  /** The template up to this part, by the template before it: a request must not make a new string. */
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

/** A router that is mounted within itself would have a template for each depth of a URL. */
const MOST_TEMPLATES = 100;

const CATCH_ALL = /^\/?(?:\*\w*|\{\*\w+\}|\(\.\*\))$/;

/** The paths of mounts whose layers do not keep them. */
const declaredPaths = new WeakMap<Layer, Path>();

export const express: Instrumentation = {
  name: 'express',
  target: { package: 'express', versions: '>=4.16 <6' },
  metrics: [],
  attach(attachment) {
    const { guard } = attachment;
    // Only Express 4 has these files; Express 5 has its router in a package of its own.
    attachment.patch({ file: 'lib/router/index.js' }, (router: object) => observeMounts(router, guard));
    attachment.patch({ file: 'lib/router/layer.js' }, (layer: Class) => observeLayers(layer.prototype, 'handle_request', guard));
    const stopLooking = lookForBundle(attachment);
    const router = { package: 'router', versions: '>=2 <3' };
    attachment.patch({ ...router, file: 'index.js' }, (exports: Class) => observeMounts(exports.prototype, guard));
    attachment.patch({ ...router, file: 'lib/layer.js' }, (layer: Class) => {
      stopLooking();
      return observeLayers(layer.prototype, 'handleRequest', guard);
    });
  },
};

/** A bundled Express is found by the first layer that it calls, and patched for those after it. */
function lookForBundle(attachment: Attachment): Undo {
  const stopLooking = attachment.subscribe('tracing:express.router.request:start', (message: { req: Request; layer: Layer }) => {
    const { req, layer } = message;
    stopLooking();
    attachment.onDetach(observeLayers(ownerOf(layer, 'handleRequest'), 'handleRequest', attachment.guard));
    if (req.route === undefined) req[MOUNTED_AT] = joined('', textOf(layer.rawPath));
    else setRoute(req, rooted(textOf(req.route.path)));
  });
  return stopLooking;
}

/** Keeps the path that each router is mounted at. */
function observeMounts(router: object, guard: Guard): Undo {
  return observeCalls(router, 'use', guard, {
    before: ({ stack }: Router) => stack.length,
    after({ stack }, values: unknown[], _, first) {
      const path = startsWithFunction(values) ? '/' : (values[0] as Path);
      if (first !== undefined) for (const layer of stack.slice(first)) declaredPaths.set(layer, path);
    },
  });
}

/** Express takes handlers, one by one or in arrays, and perhaps a path before them. */
function startsWithFunction(values: readonly unknown[]): boolean {
  let first = values[0];
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'function';
}

/** Not by `observeCalls`: this runs for every layer of every request, most of which are no part of a template. */
function observeLayers(layer: object, name: string, guard: Guard): Undo {
  const enter = guard((entered: Layer, request: Request, response: Response): Visit | undefined => {
    const part = entered[PART] === undefined ? partOf(entered) : entered[PART];
    if (part === null) return undefined;
    return part.isRoute ? enterRoute(part, request, response) : enterMount(part, request);
  });
  const leave = guard((visit: Visit, response: Response, error: unknown): void => {
    if (!visit.part.isRoute) visit.request[MOUNTED_AT] = visit.before;
    // After an error the route is kept, whichever handler responds.
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
  /** The route that was set before, or where the request was mounted. */
  readonly before: string | undefined;
}

/** Sets the template, which is taken back when every handler of the route has passed the request on. */
function enterRoute(part: Part, request: Request, response: Response): Visit | undefined {
  // A handler that goes on after it has answered changes nothing.
  if (response.headersSent) return undefined;
  const before = routeOf(request);
  setRoute(request, templateOf(part, request[MOUNTED_AT]));
  // A route for everything that answers 404, as Nest declares one, means that no route was found.
  if (part.isCatchAll) markTentative(request);
  return { part, request, before };
}

/** A route for everything that passes on was middleware: the route before it, which passed on too, is set again. */
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

/** All elements of an array, since Express 4 does not say which of them matched. */
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

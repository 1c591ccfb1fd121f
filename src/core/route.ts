// The route template of a request, told by the framework that matched it and read by what measures the request.

const ROUTE = Symbol('promtel.route');

interface Routed {
  [ROUTE]?: string | undefined;
  readonly httpVersionMajor?: number;
  /** What carries an HTTP/2 request, and all that http2 publishes of it. */
  readonly stream?: Routed;
}

/** Called with the request and its template as soon as a framework has matched it. */
export type RouteListener = (request: object, template: string) => void;

/** Who else wants to know, such as a tracing instrumentation that names its span after the route. */
export const routeListeners: RouteListener[] = [];

/** Tells the template, such as `/users/:id`, of an incoming request; a later, more exact one replaces it. */
export function setRoute(request: object, template: string): void {
  keep(request, template);
  for (const listener of routeListeners) listener(request, template);
}

/** Takes a route back: what matched turned out to be no match, such as a mount whose handlers all passed on. */
export function clearRoute(request: object): void {
  keep(request, undefined);
}

/** The template of a request, or of the stream of an HTTP/2 request; undefined if no route matched. */
export function routeOf(request: object): string | undefined {
  return (request as Routed)[ROUTE];
}

function keep(request: Routed, template: string | undefined): void {
  request[ROUTE] = template;
  if (request.httpVersionMajor === 2 && request.stream !== undefined) request.stream[ROUTE] = template;
}

// The route template of a request: set by the framework that matched it, read when the request is recorded.

const ROUTE = Symbol('promtel.route');

/** A template that is valid unless the response is a 404. */
class TentativeRoute {
  readonly template: string;

  constructor(template: string) {
    this.template = template;
  }
}

interface Routed {
  [ROUTE]?: string | TentativeRoute | undefined;
  readonly httpVersionMajor?: number;
  /** The stream of an HTTP/2 request; the diagnostics channels of http2 publish it instead of the request. */
  readonly stream?: Routed;
}

/** Sets the route template, such as `/users/:id`, of an incoming request; a later, more specific one replaces it. */
export function setRoute(request: object, template: string): void {
  keep(request, template);
}

/** Removes the template: the route did not match after all, such as a mount whose handlers all called `next`. */
export function clearRoute(request: object): void {
  keep(request, undefined);
}

/**
 * Lets the status decide whether the template applies, after every handler of the route has called `next`. If a later
 * middleware responds, as where handlers load data and one middleware renders it, the template is kept; on a 404 it is not.
 */
export function markTentative(request: object): void {
  const template = routeOf(request);
  if (template !== undefined) keep(request, new TentativeRoute(template));
}

/** The template of a request, or of the stream of an HTTP/2 request, given its response status; undefined if no route matched. */
export function routeOf(request: object, status?: number): string | undefined {
  const { [ROUTE]: kept } = request as Routed;
  if (!(kept instanceof TentativeRoute)) return kept;
  return status === 404 ? undefined : kept.template;
}

function keep(request: Routed, kept: string | TentativeRoute | undefined): void {
  request[ROUTE] = kept;
  if (request.httpVersionMajor === 2 && request.stream !== undefined) request.stream[ROUTE] = kept;
}

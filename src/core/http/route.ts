// The route template of a request, told by the framework that matched it and read by what measures the request.

const ROUTE = Symbol('promtel.route');

/** A template that stands unless the answer is 404. */
class TentativeRoute {
  readonly template: string;

  constructor(template: string) {
    this.template = template;
  }
}

interface Routed {
  [ROUTE]?: string | TentativeRoute | undefined;
  readonly httpVersionMajor?: number;
  /** What carries an HTTP/2 request, and all that http2 publishes of it. */
  readonly stream?: Routed;
}

/** Tells the template, such as `/users/:id`, of an incoming request; a later, more exact one replaces it. */
export function setRoute(request: object, template: string): void {
  keep(request, template);
}

/** Takes a route back: what matched turned out to be no match, such as a mount whose handlers all passed on. */
export function clearRoute(request: object): void {
  keep(request, undefined);
}

/**
 * Leaves a template to the status: every handler of the route has passed the request on. If what follows finds an answer,
 * it is the route's, as where handlers prepare and one middleware renders; if that is 404, nothing was found.
 */
export function markTentative(request: object): void {
  const template = routeOf(request);
  if (template !== undefined) keep(request, new TentativeRoute(template));
}

/** The template of a request, or of the stream of an HTTP/2 request, that ended with a status; undefined if no route matched. */
export function routeOf(request: object, status?: number): string | undefined {
  const { [ROUTE]: kept } = request as Routed;
  if (!(kept instanceof TentativeRoute)) return kept;
  return status === 404 ? undefined : kept.template;
}

function keep(request: Routed, kept: string | TentativeRoute | undefined): void {
  request[ROUTE] = kept;
  if (request.httpVersionMajor === 2 && request.stream !== undefined) request.stream[ROUTE] = kept;
}

// The route template of a request, told by the framework that matched it and read by what measures the request.

const ROUTE = Symbol('promtel.route');
const IS_DOUBTFUL = Symbol('promtel.route.isDoubtful');

interface Routed {
  [ROUTE]?: string | undefined;
  [IS_DOUBTFUL]?: boolean;
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
export function doubtRoute(request: object): void {
  (request as Routed)[IS_DOUBTFUL] = true;
  const stream = streamOf(request);
  if (stream !== undefined) stream[IS_DOUBTFUL] = true;
}

/** The template of a request, or of the stream of an HTTP/2 request, that ended with a status; undefined if no route matched. */
export function routeOf(request: object, status?: number): string | undefined {
  const { [ROUTE]: template, [IS_DOUBTFUL]: isDoubtful } = request as Routed;
  return isDoubtful === true && status === 404 ? undefined : template;
}

function keep(request: object, template: string | undefined): void {
  assign(request, template);
  const stream = streamOf(request);
  if (stream !== undefined) assign(stream, template);
}

function assign(routed: Routed, template: string | undefined): void {
  routed[ROUTE] = template;
  if (routed[IS_DOUBTFUL] === true) routed[IS_DOUBTFUL] = false;
}

function streamOf({ httpVersionMajor, stream }: Routed): Routed | undefined {
  return httpVersionMajor === 2 ? stream : undefined;
}

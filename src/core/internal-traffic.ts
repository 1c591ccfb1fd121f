// Marks promtel's internal traffic (exports, its HTTP servers, its Redis commands), which is not recorded as the application's.

const internalAgents = new WeakSet<object>();
const internalServers = new WeakSet<object>();
let internalSends = 0;

/** Excludes requests that are sent through an HTTP agent from the application's metrics. */
export function markInternalAgent(agent: object): void {
  internalAgents.add(agent);
}

/** Accepts any value, since an application may pass anything as `agent`. */
export function isInternalAgent(agent: unknown): boolean {
  return typeof agent === 'object' && agent !== null && internalAgents.has(agent);
}

/** Excludes requests to a server from the application's metrics. */
export function markInternalServer(server: object): void {
  internalServers.add(server);
}

export function isInternalServer(server: object): boolean {
  return internalServers.has(server);
}

/** Runs a function; commands that it sends synchronously through the application's clients count as internal. */
export function sendInternal<Result>(send: () => Result): Result {
  internalSends += 1;
  try {
    return send();
  } finally {
    internalSends -= 1;
  }
}

/** Whether the command that is being sent right now is internal. */
export function isInternalCommand(): boolean {
  return internalSends > 0;
}

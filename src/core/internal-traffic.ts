// Marks promtel's own traffic, its exports, its servers and its Redis commands, so that it is not counted as the application's.

const internalAgents = new WeakSet<object>();
const internalServers = new WeakSet<object>();
let internalSends = 0;

/** Keeps requests that are sent through an HTTP agent out of the application's metrics. */
export function markInternalAgent(agent: object): void {
  internalAgents.add(agent);
}

/** Takes the agent of a request, or what an application gave for one. */
export function isInternalAgent(agent: unknown): boolean {
  return typeof agent === 'object' && agent !== null && internalAgents.has(agent);
}

/** Keeps a server's requests out of the application's metrics. */
export function markInternalServer(server: object): void {
  internalServers.add(server);
}

export function isInternalServer(server: object): boolean {
  return internalServers.has(server);
}

/** Runs a function; the commands that it sends before it returns, through a client of the application, are promtel's own. */
export function sendInternal<Result>(send: () => Result): Result {
  internalSends += 1;
  try {
    return send();
  } finally {
    internalSends -= 1;
  }
}

/** Whether a command that is being sent right now is promtel's own. */
export function isInternalCommand(): boolean {
  return internalSends > 0;
}

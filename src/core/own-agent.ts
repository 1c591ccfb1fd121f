// The HTTP agents that promtel sends its exports with: their requests are not the application's and are not measured.

const ownAgents = new WeakSet<object>();

/** Keeps what is sent through an agent out of the application's metrics. */
export function markOwnAgent(agent: object): void {
  ownAgents.add(agent);
}

/** Takes the agent of a request, or what an application gave for one. */
export function isOwnAgent(agent: unknown): boolean {
  return typeof agent === 'object' && agent !== null && ownAgents.has(agent);
}

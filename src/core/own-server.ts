// The servers that promtel itself opened: their requests are not the application's and are not measured.

const ownServers = new WeakSet<object>();

/** Keeps a server's requests out of the application's metrics. */
export function markOwnServer(server: object): void {
  ownServers.add(server);
}

export function isOwnServer(server: object): boolean {
  return ownServers.has(server);
}

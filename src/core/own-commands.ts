// Tells the commands that promtel itself sends through a connection of the application from the application's own.

let depth = 0;

/** Runs a function; what it sends before it returns is promtel's own. */
export function sendOwn<Result>(send: () => Result): Result {
  depth += 1;
  try {
    return send();
  } finally {
    depth -= 1;
  }
}

/** Whether a command that is being sent right now is promtel's own, and so not to be counted. */
export function isOwnCommand(): boolean {
  return depth > 0;
}

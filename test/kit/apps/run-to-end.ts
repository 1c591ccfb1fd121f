// Runs a Node.js program until it ends, and gives its output and how it ended.
import { type Ending, runApp } from './run-app.ts';

export type { Ending } from './run-app.ts';

/** Runs Node with arguments from the repository's root, with no environment but the search path and what is given. */
export function runToEnd(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ending> {
  return runApp(args, { env, timeoutMillis: 20_000 }).ended;
}

// Puts promtel together: configuration, instrumentations, exporters; and says in one line what came of it.
import { policyFor } from './core/policy.ts';
import type { Environment } from './config/config.ts';
import { load } from './config/load.ts';
import { sharedRegistry } from './core/shared.ts';

/** Starts promtel. */
export function start(env: Environment): void {
  const { config } = load(env);
  sharedRegistry().overrideOf = (name) => policyFor(name, config.metricPolicies);
}

// The running promtel of this process, for the API and the tests: one, shared by every copy of promtel in the process.
import type { Config } from '../config/config.ts';
import type { Renderer } from '../exporters/prometheus/handler.ts';
import type { Telemetry } from '../sdk/index.ts';

export interface Running {
  readonly config: Config;
  /** The names of the instrumentations that are enabled. */
  readonly instrumentations: readonly string[];
  readonly page: Renderer;
  readonly telemetry: Telemetry;
}

const KEY = Symbol.for('promtel.running.1');

interface Holder {
  [KEY]?: Running;
}

/** What is running; undefined where promtel was not started, or is disabled. */
export function running(): Running | undefined {
  return (globalThis as Holder)[KEY];
}

export function setRunning(started: Running): void {
  (globalThis as Holder)[KEY] = started;
}

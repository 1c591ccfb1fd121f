// The running promtel of this process, for the API and the tests: one, shared by every copy of promtel in the process.
import type { Config } from '../config/config.ts';
import { sharedSlot } from '../core/shared-across-copies.ts';
import type { Renderer } from '../exporters/prometheus/handler.ts';
import type { Telemetry } from '../sdk/telemetry.ts';

export interface Running {
  readonly config: Config;
  /** The names of the instrumentations that are enabled. */
  readonly instrumentations: readonly string[];
  readonly page: Renderer;
  readonly telemetry: Telemetry;
}

const shared = sharedSlot<Running>('running.1');

/** What is running; undefined where promtel was not started, or is disabled. */
export function running(): Running | undefined {
  return shared.value;
}

export function setRunning(started: Running): void {
  shared.value = started;
}

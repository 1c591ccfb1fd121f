// What start-up leaves behind for the API and the tests: one per process, shared by every copy of promtel in it.
import type { Config } from '../config/config.ts';
import { sharedSlot } from '../core/shared-across-copies.ts';
import type { Renderer } from '../exporters/prometheus/handler.ts';
import type { AttachedInstrumentation } from '../hooks/attach.ts';
import type { Telemetry } from '../sdk/telemetry.ts';

export interface Running {
  readonly config: Config;
  readonly attached: readonly AttachedInstrumentation[];
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

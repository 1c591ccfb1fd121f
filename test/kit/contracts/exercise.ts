// Exercises make a library do what an instrumentation measures; this finds the instrumentation and what it subscribes to.
import { Registry } from '../../../src/core/recording/registry.ts';
import type { Attachment, Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { SETTINGS } from './instrumentation-settings.ts';

/**
 * Does each thing that is measured, the same on every run, and resolves when all of it is over and its connections are closed.
 * What it hands to `track` must be free to be collected afterwards; what channels publish is tracked anyway.
 */
export type Exercise = (track: (tracked: object) => void) => Promise<void>;

/** The instrumentation that a file exports. */
export async function instrumentationOf(href: string): Promise<Instrumentation> {
  const exports = Object.values((await import(href)) as object) as Partial<Instrumentation>[];
  const found = exports.find(({ attach }) => typeof attach === 'function');
  if (found === undefined) throw new Error(`${href} exports no instrumentation`);
  return found as Instrumentation;
}

/** A module that an instrumentation patches. */
export interface PatchedModule {
  readonly package: string;
  readonly esFile: string | undefined;
}

interface Listeners {
  readonly channels: string[];
  readonly modules: PatchedModule[];
}

/** The diagnostics channels that an instrumentation subscribes to when it is attached; whatever else it sets up is undone. */
export function channelsOf(instrumentation: Instrumentation): string[] {
  return listenersOf(instrumentation).channels;
}

/** The modules that an instrumentation patches, by their packages. */
export function packagesOf(instrumentation: Instrumentation): PatchedModule[] {
  return listenersOf(instrumentation).modules;
}

function listenersOf(instrumentation: Instrumentation): Listeners {
  const channels: string[] = [];
  const modules: PatchedModule[] = [];
  const undo: (() => void)[] = [];
  const attachment: Attachment = {
    registry: new Registry(),
    settings: SETTINGS,
    subscribe(name) {
      channels.push(name);
      return () => {};
    },
    trace(name) {
      for (const event of ['start', 'end', 'asyncStart']) channels.push(`tracing:${name}:${event}`);
    },
    patch({ package: name = instrumentation.target.package, esFile }) {
      modules.push({ package: name, esFile });
    },
    onCollect() {},
    isKnown: () => true,
    guard: (run) => run,
    onDetach: (one) => void undo.push(one),
  };
  instrumentation.attach(attachment);
  for (const one of undo.toReversed()) one();
  return { channels, modules };
}

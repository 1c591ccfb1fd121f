// Exercises, which make a library do what its instrumentation measures; the instrumentation of a file, and its channels.
import { Registry } from '../../../src/core/recording/registry.ts';
import type { Attachment, Instrumentation } from '../../../src/hooks/instrumentation.ts';
import type { Program, ProgramName } from '../programs.ts';
import { SETTINGS } from './instrumentation-settings.ts';

/** Takes an object that must be free to be collected after the exercise. What channels publish is tracked anyway. */
export type Track = (tracked: object) => void;

/** What a file of `test/instrumentations/exercises` exports as `exercise`. */
export interface Exercise {
  /** The program that it needs, if any. Where it is missing, the tests that run the exercise are skipped. */
  readonly needs?: ProgramName;
  /** Does each thing that is measured, the same on every run, and resolves when all of it is over and its connections are closed. */
  run(track: Track, program?: Program): Promise<void>;
}

/** The exercise of a library that needs no program. */
export function exerciseOf(run: (track: Track) => Promise<void>): Exercise {
  return { run };
}

/** The exercise of a library that needs a server: only with the program that it is given can it start one. */
export function exerciseWith<Name extends ProgramName>(
  needs: Name,
  run: (track: Track, program: Program<Name>) => Promise<void>,
): Exercise {
  return { needs, run: (track, program) => run(track, program as Program<Name>) };
}

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

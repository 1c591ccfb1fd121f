// Attaches the instrumentations that are enabled: Node's at once, a library's when the program first uses the library.
import type { InstrumentationSettings } from '../config/instrumentation-settings.ts';
import { messageOf, reportProblem } from '../core/problem.ts';
import type { Registry } from '../core/recording/registry.ts';
import { attach } from '../hooks/attach.ts';
import type { Instrumentation } from '../hooks/instrumentation.ts';
import { type FirstMessage, onLibraryUse } from '../hooks/modules/library-use.ts';
import {
  type InstrumentationFile,
  libraries,
  loadInstrumentation,
  nodeInstrumentations,
  readAtCollection,
} from '../instrumentations/index.ts';

export interface Instrumented {
  /** The names of the instrumentations that are enabled, whether their libraries are used or not. */
  readonly names: readonly string[];
  /** Whether one of them may record a metric; the first question loads the files of all. */
  mayRecord(metric: string): boolean;
}

/** The names of all instrumentations. */
export const instrumentationNames = namesOf([...nodeInstrumentations, ...readAtCollection, ...libraries]);

/** Attaches the instrumentations that a predicate accepts by their names. */
export function instrument(
  registry: Registry,
  settings: InstrumentationSettings,
  isEnabled: (name: string) => boolean,
): Instrumented {
  const enabled = <Named extends { readonly name: string }>(all: readonly Named[]): Named[] =>
    all.filter(({ name }) => isEnabled(name));
  const attachFile = (file: InstrumentationFile, first?: FirstMessage): void => {
    const instrumentation = load(file);
    if (instrumentation !== undefined) attach(instrumentation, registry, settings, first);
  };

  const node = enabled(nodeInstrumentations);
  const files = [...enabled(readAtCollection), ...enabled(libraries)];
  for (const instrumentation of node) attach(instrumentation, registry, settings);
  for (const file of enabled(readAtCollection)) onFirstCollection(registry, file.name, () => attachFile(file));
  for (const library of enabled(libraries)) onLibraryUse(library, (first) => attachFile(library, first));

  let metrics: ReadonlySet<string> | undefined;
  return {
    names: namesOf([...node, ...files]),
    mayRecord(metric) {
      metrics ??= metricsOf([...node, ...files.map(load)]);
      return metrics.has(metric);
    },
  };
}

/** What it sets up to be read is read in that collection already. */
function onFirstCollection(registry: Registry, subject: string, callback: () => void): void {
  const stop = registry.onCollect(subject, () => {
    stop();
    callback();
  });
}

/** Undefined and a problem where its file cannot be loaded, which only happens in a bundle of promtel itself. */
function load(file: InstrumentationFile): Instrumentation | undefined {
  try {
    return loadInstrumentation(file);
  } catch (error) {
    reportProblem(`instrumentation ${file.name}`, `cannot be loaded; leave promtel out of the bundle: ${messageOf(error)}`);
    return undefined;
  }
}

function namesOf(named: readonly { readonly name: string }[]): string[] {
  return [...new Set(named.map(({ name }) => name))].toSorted();
}

function metricsOf(instrumentations: readonly (Instrumentation | undefined)[]): ReadonlySet<string> {
  return new Set(instrumentations.flatMap((one) => one?.metrics ?? []).map(({ name }) => name));
}

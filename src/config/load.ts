// Reads an environment into a frozen configuration; whatever is wrong becomes a problem, and the default holds.
import type { Problem } from '../core/problem.ts';
import type { PatternOverride } from '../core/recording/metric-overrides.ts';
import type { Config, Environment, LoadedConfig, Origin, Origins } from './config.ts';
import { otlpTargets } from './otlp-target.ts';
import { reconcile, type Draft, type DraftOrigins } from './reconcile.ts';
import { defaultInWords, quote, shownText } from './redaction.ts';
import type { Area, Setting } from './setting.ts';
import { settings, type Settings } from './settings.ts';
import { unknownNames } from './unknown-names.ts';

export interface LoadOptions {
  /** The names that the lists of instrumentations may hold; any name is taken if they are not given. */
  readonly instrumentations?: readonly string[];
}

/** Reads the environment without changing it. It never throws. */
export function loadConfig(env: Environment, { instrumentations }: LoadOptions = {}): LoadedConfig {
  const problems: Problem[] = [];
  const values: Record<string, Record<string, unknown>> = {};
  const found: Record<string, Origin> = {};
  for (const [name, area] of Object.entries<Area>(settings)) {
    const areaValues: Record<string, unknown> = (values[name] = {});
    for (const [key, setting] of Object.entries(area)) {
      const result = read(setting, env[setting.env], instrumentations);
      areaValues[key] = result.value;
      if (result.origin !== undefined) found[`${name}.${key}`] = result.origin;
      problems.push(...result.problems);
    }
  }
  const draft = values as unknown as Draft;
  const origins: DraftOrigins = found;
  problems.push(...reconcile(draft, origins), ...unknownNames(env));
  return {
    config: freeze({ ...draft, metricOverrides: metricOverrides(draft, origins), otlpTargets: otlpTargets(draft) }),
    problems,
    origins: freeze(origins),
  };
}

let defaults: Config | undefined;

/** The configuration of an empty environment, read once. */
export function defaultConfig(): Config {
  return (defaults ??= loadConfig({}).config);
}

interface Result {
  readonly value: unknown;
  readonly origin?: Origin;
  readonly problems: readonly Problem[];
}

/** An empty variable counts as unset: environment variable specification 1.56. */
function read(setting: Setting, raw: string | undefined, instrumentations: readonly string[] | undefined): Result {
  const text = raw?.trim() ?? '';
  if (text === '') return { value: defaultOf(setting), problems: [] };
  const rejected: Rejected[] = [];
  const reject = (part: string, accepted: string): number => rejected.push({ part, accepted });
  const value = setting.parser.parse(text, { reject, instrumentations });
  if (value === undefined && rejected.length === 0) reject(text, setting.parser.accepts);
  const problems = problemsOf(setting, rejected, value === undefined);
  if (value === undefined) return { value: defaultOf(setting), problems };
  return { value, problems, origin: { variable: setting.env, text: shownText(setting, text) } };
}

function defaultOf({ parser, fallback }: Setting): unknown {
  return fallback === undefined ? undefined : parser.parse(fallback, { reject() {}, instrumentations: undefined });
}

interface Rejected {
  readonly part: string;
  readonly accepted: string;
}

const MOST_PROBLEMS_OF_ONE = 5;

function problemsOf(setting: Setting, rejected: readonly Rejected[], nothingLeft: boolean): Problem[] {
  const subject = setting.env;
  const outcome = nothingLeft ? `using ${defaultInWords(setting)}` : 'it is left out';
  const problems = rejected.slice(0, MOST_PROBLEMS_OF_ONE).map(({ part, accepted }) => {
    const message = `${quote(shownText(setting, part))} is not ${accepted}; ${outcome}`;
    return { subject, message };
  });
  const more = rejected.length - problems.length;
  return more > 0 ? [...problems, { subject, message: `${more} further parts of it are not accepted either` }] : problems;
}

function metricOverrides({ metrics }: Settings, origins: Origins): readonly PatternOverride[] {
  // A limit that the operator did not ask for leaves alone what a metric declares for itself.
  const ofAll = origins['metrics.cardinalityLimit'] === undefined ? [] : [{ pattern: '*', limit: metrics.cardinalityLimit }];
  return [
    ...ofAll,
    ...metrics.limits.map(({ pattern, value }) => ({ pattern, limit: value })),
    ...metrics.buckets.map(({ pattern, value }) => ({ pattern, buckets: value })),
    ...metrics.dropMetrics.map((pattern) => ({ pattern, drop: true })),
    ...metrics.dropAttributes.map(({ pattern, value }) => ({ pattern, dropAttributes: value })),
  ];
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

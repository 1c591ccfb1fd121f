// Loads the configuration from environment variables: what is not accepted becomes a problem, and the default is used.
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
  /** The names that the lists of instrumentations may hold; any name is accepted if absent. */
  readonly instrumentations?: readonly string[];
}

/** Loads a frozen configuration. It never throws and does not change the environment. */
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

const MAX_PROBLEMS_PER_SETTING = 5;

function problemsOf(setting: Setting, rejected: readonly Rejected[], isDefaultUsed: boolean): Problem[] {
  const subject = setting.env;
  const outcome = isDefaultUsed ? `using ${defaultInWords(setting)}` : 'it is left out';
  const problems = rejected.slice(0, MAX_PROBLEMS_PER_SETTING).map(({ part, accepted }) => {
    const message = `${quote(shownText(setting, part))} is not ${accepted}; ${outcome}`;
    return { subject, message };
  });
  const more = rejected.length - problems.length;
  return more > 0 ? [...problems, { subject, message: `${more} further parts of it are not accepted either` }] : problems;
}

function metricOverrides({ metrics }: Settings, origins: Origins): readonly PatternOverride[] {
  // The default limit must not override the limit that a metric declares for itself.
  const limitOfAll = origins['metrics.cardinalityLimit'] === undefined ? [] : [{ pattern: '*', limit: metrics.cardinalityLimit }];
  return [
    ...limitOfAll,
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

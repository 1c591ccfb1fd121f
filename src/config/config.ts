// Types of the loaded configuration: the settings, the origin of each, and the problems that were found.
import type { Problem } from '../core/problem.ts';
import type { PatternOverride } from '../core/recording/metric-overrides.ts';
import type { OtlpTargets } from './otlp-target.ts';
import type { SettingPath, Settings } from './settings.ts';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config extends Settings {
  /** What the operator set by metric name pattern, in the order in which it applies. */
  readonly metricOverrides: readonly PatternOverride[];
  /** The OTLP settings merged for each signal. */
  readonly otlpTargets: OtlpTargets;
}

/** The variable that a value comes from, and its text with everything confidential left out. */
export interface Origin {
  readonly variable: string;
  readonly text: string;
}

/** The settings whose value comes from the environment and is no default. */
export type Origins = Readonly<Partial<Record<SettingPath, Origin>>>;

export interface LoadedConfig {
  readonly config: Config;
  readonly problems: readonly Problem[];
  readonly origins: Origins;
}

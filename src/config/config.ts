// What reading an environment gives: the configuration, where each part of it comes from, and what was wrong.
import type { Problem } from '../core/problem.ts';
import type { PatternOverride } from '../core/recording/metric-overrides.ts';
import type { SettingPath, Settings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config extends Settings {
  /** What the operator set by metric name pattern, in the order in which it applies. */
  readonly metricOverrides: readonly PatternOverride[];
}

/** The variable that a value comes from, and its text, of which nothing confidential is left. */
export interface Origin {
  readonly variable: string;
  readonly text: string;
}

/** The settings that the environment, not a default, has determined. */
export type Origins = Readonly<Partial<Record<SettingPath, Origin>>>;

export interface Loaded {
  readonly config: Config;
  readonly problems: readonly Problem[];
  readonly origins: Origins;
}

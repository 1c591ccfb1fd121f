// The table of settings: every environment variable that promtel reads, by area. Values, types and documentation follow from it.
import type { Area, ConfigOf } from './setting.ts';
import { general } from './settings/general.ts';
import { instrumentations } from './settings/instrumentations.ts';
import { llm } from './settings/llm.ts';
import { metrics } from './settings/metrics.ts';
import { otlp, otlpMetrics, otlpTraces } from './settings/otlp.ts';
import { prometheus } from './settings/prometheus.ts';
import { resource } from './settings/resource.ts';
import { traces } from './settings/traces.ts';

export const settings = {
  general,
  resource,
  instrumentations,
  llm,
  metrics,
  prometheus,
  otlp,
  otlpMetrics,
  otlpTraces,
  traces,
} as const satisfies Record<string, Area>;

export type Settings = ConfigOf<typeof settings>;

export type AreaName = keyof typeof settings;

/** The path of a setting in the configuration, such as `prometheus.port`. */
export type SettingPath = { [Name in AreaName]: `${Name}.${string & keyof (typeof settings)[Name]}` }[AreaName];

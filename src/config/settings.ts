// Every variable that promtel reads, by area: the one table that values, types and documentation follow from.
import type { Area, ConfigOf } from './setting.ts';
import { general, instrumentations, resource } from './settings/general.ts';
import { llm } from './settings/llm.ts';
import { metrics, prometheus } from './settings/metrics.ts';
import { otlp, otlpMetrics, otlpTraces } from './settings/otlp.ts';
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

/** Where a setting stands in the configuration, such as `prometheus.port`. */
export type SettingPath = { [Name in AreaName]: `${Name}.${string & keyof (typeof settings)[Name]}` }[AreaName];

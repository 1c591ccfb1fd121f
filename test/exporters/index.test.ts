// The index of exporters has one for each name that the settings accept.
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { pushTargets } from '../../src/exporters/index.ts';

/** The compiler wants every name that `OTEL_METRICS_EXPORTER` accepts. */
const NAMES: Readonly<Record<Config['metrics']['exporters'][number], true>> = { prometheus: true, otlp: true, console: true };

describe('pushTargets', () => {
  it('pushTargets has an exporter for each name of OTEL_METRICS_EXPORTER but prometheus, in their order', () => {
    const { config } = loadConfig({ OTEL_METRICS_EXPORTER: Object.keys(NAMES).join(',') });
    const names = pushTargets(config, {}).map(({ name }) => name);
    expect(['prometheus', ...names]).toEqual(config.metrics.exporters);
  });

  it('pushTargets is empty where the page alone is chosen', () => {
    expect(pushTargets(loadConfig({}).config, {})).toEqual([]);
  });
});

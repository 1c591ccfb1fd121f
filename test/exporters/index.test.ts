// The index of exporters has, for each name that the settings accept, the exporter of that name.
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { settings } from '../../src/config/settings.ts';
import { pushTargets } from '../../src/exporters/index.ts';

const NAMES = settings.metrics.exporters.parser.accepts.replace(/^a comma-separated list of (.+), none$/, '$1');

describe('pushTargets', () => {
  it('pushTargets has an exporter for each name of OTEL_METRICS_EXPORTER but prometheus, in their order', () => {
    const { config, problems } = loadConfig({ OTEL_METRICS_EXPORTER: NAMES });
    expect(problems).toEqual([]);
    const names = pushTargets(config, {}).map(({ name }) => name);
    expect(['prometheus', ...names]).toEqual(NAMES.split(', '));
  });

  it('pushTargets is empty where the page alone is chosen', () => {
    expect(pushTargets(loadConfig({}).config, {})).toEqual([]);
  });
});

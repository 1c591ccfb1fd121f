// The settings that tests attach instrumentations with: the defaults.
import type { InstrumentationSettings } from '../../../src/core/instrumentation-settings.ts';

export const SETTINGS: InstrumentationSettings = {
  ignoresPath: () => false,
  slowDbSeconds: 1,
  queuePollSeconds: 15,
  genAiNames: 'established',
  llmServers: [],
  llmPrices: [],
};

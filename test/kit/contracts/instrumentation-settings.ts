// The default settings, with which tests attach instrumentations.
import { defaultConfig } from '../../../src/config/load.ts';
import type { InstrumentationSettings } from '../../../src/core/instrumentation-settings.ts';

const { instrumentations, llm } = defaultConfig();

export const SETTINGS: InstrumentationSettings = { ...instrumentations, ...llm, ignoresPath: () => false };

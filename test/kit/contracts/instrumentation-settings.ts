// The default settings, with which tests attach instrumentations.
import { instrumentationSettings } from '../../../src/config/instrumentation-settings.ts';
import { defaultConfig } from '../../../src/config/load.ts';

export const SETTINGS = instrumentationSettings(defaultConfig());

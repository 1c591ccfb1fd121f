// What instrumentations get of the configuration: every setting of the areas `instrumentations` and `llm`.
import { matchesAny } from '../core/pattern.ts';
import type { Config } from './config.ts';

type Areas = Config['instrumentations'] & Config['llm'];

export interface InstrumentationSettings extends Areas {
  /** Whether requests to a path (without query) are not recorded, such as those of probes. */
  readonly ignoresPath: (path: string) => boolean;
}

export function instrumentationSettings({ instrumentations, llm }: Config): InstrumentationSettings {
  const { ignorePaths } = instrumentations;
  return {
    ...instrumentations,
    ...llm,
    ignoresPath: (path) => ignorePaths.length > 0 && matchesAny(ignorePaths, path),
  };
}

// Logs promtel's own lines to standard error, at the level that `OTEL_LOG_LEVEL` sets.
import { LOG_LEVELS } from '../config/settings/general.ts';

const STANDARD_ERROR = 2;

export type StderrLog = (level: 'ERROR' | 'WARN' | 'INFO', text: string) => void;

/** Makes a log that writes lines up to a level, never to standard output, which belongs to the application. */
export function stderrLogger(threshold: (typeof LOG_LEVELS)[number]): StderrLog {
  const most = LOG_LEVELS.indexOf(threshold);
  return (level, text) => {
    if (LOG_LEVELS.indexOf(level) > most) return;
    try {
      // Not by process.stderr: a stream reports a closed pipe by an error event, which would end the process.
      process.getBuiltinModule('node:fs').writeSync(STANDARD_ERROR, `promtel: ${text.replace(/\s+/g, ' ')}\n`);
    } catch {
      // Nobody reads the log, which is no reason to fail.
    }
  };
}

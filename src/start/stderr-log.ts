// promtel's own lines on standard error: one each, as many as `OTEL_LOG_LEVEL` asks for.
import { LOG_LEVELS } from '../config/settings/general.ts';

const STANDARD_ERROR = 2;

export type StderrLog = (level: 'ERROR' | 'WARN' | 'INFO', text: string) => void;

/** Builds what writes lines up to a level. Standard output belongs to the application, so nothing goes there. */
export function stderrLogger(threshold: (typeof LOG_LEVELS)[number]): StderrLog {
  const most = LOG_LEVELS.indexOf(threshold);
  return (level, text) => {
    if (LOG_LEVELS.indexOf(level) > most) return;
    try {
      // Not by process.stderr: of a pipe that is closed, a stream tells by an error event that would end the process.
      process.getBuiltinModule('node:fs').writeSync(STANDARD_ERROR, `promtel: ${text.replace(/\s+/g, ' ')}\n`);
    } catch {
      // Nobody reads it, which is no reason to fail.
    }
  };
}

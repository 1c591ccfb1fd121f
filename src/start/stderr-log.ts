// promtel's own lines on standard error: one each, as many as `OTEL_LOG_LEVEL` asks for.

/** From nothing to everything, as the OpenTelemetry environment variable specification 1.59 names them. */
const LEVELS = ['NONE', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'VERBOSE', 'ALL'] as const;

const STANDARD_ERROR = 2;

export type LogLevel = (typeof LEVELS)[number];

export type StderrLog = (level: 'ERROR' | 'WARN' | 'INFO', text: string) => void;

/** Builds what writes lines up to a level. Standard output belongs to the application, so nothing goes there. */
export function stderrLogger(threshold: LogLevel): StderrLog {
  const most = LEVELS.indexOf(threshold);
  return (level, text) => {
    if (LEVELS.indexOf(level) > most) return;
    try {
      // Not by process.stderr: of a pipe that is closed, a stream tells by an error event that would end the process.
      process.getBuiltinModule('node:fs').writeSync(STANDARD_ERROR, `promtel: ${text.replace(/\s+/g, ' ')}\n`);
    } catch {
      // Nobody reads it, which is no reason to fail.
    }
  };
}

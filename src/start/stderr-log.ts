// Logs promtel's own lines to standard error, at the level that `OTEL_LOG_LEVEL` sets.

/** From nothing to everything, as the OpenTelemetry environment variable specification 1.59 names them. */
const LEVELS = ['NONE', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'VERBOSE', 'ALL'] as const;

const STANDARD_ERROR = 2;

export type LogLevel = (typeof LEVELS)[number];

export type StderrLog = (level: 'ERROR' | 'WARN' | 'INFO', text: string) => void;

/** Makes a log that writes lines up to a level, never to standard output, which belongs to the application. */
export function stderrLogger(threshold: LogLevel): StderrLog {
  const most = LEVELS.indexOf(threshold);
  return (level, text) => {
    if (LEVELS.indexOf(level) > most) return;
    try {
      // Not by process.stderr: a stream reports a closed pipe by an error event, which would end the process.
      process.getBuiltinModule('node:fs').writeSync(STANDARD_ERROR, `promtel: ${text.replace(/\s+/g, ' ')}\n`);
    } catch {
      // Nobody reads the log, which is no reason to fail.
    }
  };
}

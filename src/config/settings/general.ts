// Settings of promtel as a whole: whether it runs, what it logs about itself, and how long it may delay the end of the process.
import { boolean, milliseconds, oneOf } from '../parse.ts';
import type { Area } from '../setting.ts';

/** From nothing to everything, as the OpenTelemetry environment variable specification 1.59 names them. */
export const LOG_LEVELS = ['NONE', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'VERBOSE', 'ALL'] as const;

export const general = {
  disabled: {
    env: 'OTEL_SDK_DISABLED',
    parser: boolean,
    fallback: 'false',
    brief: 'Turns promtel off: nothing is measured or exported, and no port is opened.',
  },
  logLevel: {
    env: 'OTEL_LOG_LEVEL',
    parser: oneOf(...LOG_LEVELS),
    fallback: 'INFO',
    brief: 'Which messages promtel and the OpenTelemetry SDK log about themselves.',
  },
  startupLine: {
    env: 'PROMTEL_STARTUP_LINE',
    parser: boolean,
    fallback: 'true',
    brief: 'Whether one line at start-up says what is exported, where, and what is instrumented.',
  },
  shutdownTimeoutMillis: {
    env: 'PROMTEL_SHUTDOWN_TIMEOUT',
    parser: milliseconds(0),
    // A backend that is gone must not keep a process past the grace period of its supervisor (Docker: 10 s).
    fallback: '3000',
    brief: 'Milliseconds that the last export may delay the end of the process; 0 ends it without a last export.',
  },
} as const satisfies Area;

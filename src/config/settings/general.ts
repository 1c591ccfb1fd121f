// Settings of the whole: whether promtel runs, what it says, and what it measures on whose behalf.
import { attributePairs, choices, instrumentationNames, list } from '../parse-list.ts';
import { anyText, boolean, matching, milliseconds, oneOf, seconds } from '../parse.ts';
import type { Area } from '../setting.ts';

/** From nothing to everything, as the OpenTelemetry environment variable specification 1.59 names them. */
export const LOG_LEVELS = ['NONE', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'VERBOSE', 'ALL'] as const;

export const general = {
  disabled: {
    env: 'OTEL_SDK_DISABLED',
    parser: boolean,
    fallback: 'false',
    brief: 'Turns promtel off: nothing is measured, exported or listened on.',
  },
  logLevel: {
    env: 'OTEL_LOG_LEVEL',
    parser: oneOf(...LOG_LEVELS),
    fallback: 'INFO',
    brief: 'How much promtel and the OpenTelemetry SDK say about themselves.',
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
    // A backend that is gone must not keep a process past the grace that its supervisor gives (Docker: 10 s).
    fallback: '3000',
    brief: 'How long the last export may hold up the end of the process, in milliseconds; 0 leaves without it.',
  },
} as const satisfies Area;

export const resource = {
  serviceName: {
    env: 'OTEL_SERVICE_NAME',
    parser: anyText,
    unset: 'service.name of OTEL_RESOURCE_ATTRIBUTES, else the name in package.json, else unknown_service:node',
    brief: 'The name of the service; it goes before a service.name in OTEL_RESOURCE_ATTRIBUTES.',
  },
  attributes: {
    env: 'OTEL_RESOURCE_ATTRIBUTES',
    parser: attributePairs,
    fallback: '',
    unset: 'none',
    brief: 'Attributes that describe the process, such as deployment.environment.name=production.',
  },
  detectors: {
    env: 'OTEL_NODE_RESOURCE_DETECTORS',
    parser: choices(['env', 'host', 'os', 'process', 'container', 'serviceinstance'], { withAll: true }),
    fallback: 'all',
    brief: 'Which attributes of its surroundings the process finds out by itself.',
  },
} as const satisfies Area;

export const instrumentations = {
  enabled: {
    env: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    parser: instrumentationNames,
    unset: 'all of them',
    brief: 'The only instrumentations that run.',
  },
  disabled: {
    env: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    parser: instrumentationNames,
    fallback: '',
    unset: 'none',
    brief: 'Instrumentations that do not run, even if they are enabled by name.',
  },
  ignorePaths: {
    env: 'PROMTEL_IGNORE_PATHS',
    parser: list(
      matching('a path that begins with / or *, with * and ? as wildcards', /^[/*]\S*$/),
      'paths, with * and ? as wildcards',
    ),
    fallback: '',
    unset: 'none',
    brief: 'Paths, without their query, whose requests the http.server metrics leave out, such as those of probes.',
  },
  slowDbSeconds: {
    env: 'PROMTEL_SLOW_DB_SECONDS',
    parser: seconds(0),
    fallback: '1',
    brief: 'How long a database operation takes at least to be counted in db.client.slow_operations.',
  },
  queuePollSeconds: {
    env: 'PROMTEL_QUEUE_POLL_SECONDS',
    parser: seconds(0),
    fallback: '15',
    brief: 'How often one process of all reads the depth of a job queue; 0 never reads it.',
  },
} as const satisfies Area;

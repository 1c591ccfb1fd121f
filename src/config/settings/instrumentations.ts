// Settings of instrumentations: which of them run, and what they leave out.
import { instrumentationNames, list } from '../parse-list.ts';
import { matching, seconds } from '../parse.ts';
import type { Area } from '../setting.ts';

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
    brief: 'Request paths, without the query, that the http.server metrics leave out, such as those of probes.',
  },
  slowDbSeconds: {
    env: 'PROMTEL_SLOW_DB_SECONDS',
    parser: seconds(0),
    fallback: '1',
    brief: 'Seconds from which a database operation is counted in db.client.slow_operations.',
  },
  queuePollSeconds: {
    env: 'PROMTEL_QUEUE_POLL_SECONDS',
    parser: seconds(0),
    fallback: '15',
    brief: 'Seconds between two readings of the depth of a job queue, by one process of all; 0 turns them off.',
  },
} as const satisfies Area;

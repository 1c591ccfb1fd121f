// Settings of the resource: the name of the service, and attributes that describe the process.
import { attributePairs, choices } from '../parse-list.ts';
import { anyText } from '../parse.ts';
import type { Area } from '../setting.ts';

export const resource = {
  serviceName: {
    env: 'OTEL_SERVICE_NAME',
    parser: anyText,
    unset: 'service.name of OTEL_RESOURCE_ATTRIBUTES, else the name in package.json, else unknown_service:node',
    brief: 'The name of the service; it overrides a service.name in OTEL_RESOURCE_ATTRIBUTES.',
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
    brief: 'Which resource attributes are detected: of the host, the process, its container and so on.',
  },
} as const satisfies Area;

// The resource attributes of the process: the service, the process, its host and its container.
//
// Names follow OpenTelemetry semantic conventions 1.44. What the operator sets overrides what is detected.
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { VERSION } from '../core/version.ts';
import { readManifest } from '../hooks/modules/package-manifest.ts';
import {
  containerAttributes,
  hostAttributes,
  osAttributes,
  processAttributes,
  type ResourceAttributes,
  serviceAttributes,
  serviceInstanceAttributes,
} from './resource-detectors.ts';

export type { ResourceAttributes } from './resource-detectors.ts';

type ResourceSettings = Config['resource'];

/** The detectors by name; a later one overrides an earlier one. */
const DETECTORS: Readonly<Record<ResourceSettings['detectors'][number], (settings: ResourceSettings) => ResourceAttributes>> = {
  host: hostAttributes,
  os: osAttributes,
  container: containerAttributes,
  process: processAttributes,
  serviceinstance: serviceInstanceAttributes,
  env: ({ attributes }) => attributes,
};

/** Runs the chosen detectors. It never throws: what cannot be read is left out. */
export function resourceAttributes(settings: ResourceSettings): ResourceAttributes {
  const { serviceName } = settings;
  const chosen: readonly string[] = settings.detectors;
  const found = Object.entries(DETECTORS).map(([name, detect]) => (chosen.includes(name) ? detect(settings) : {}));
  const named = serviceName === undefined ? {} : { 'service.name': serviceName };
  return Object.assign({}, telemetryAttributes(), serviceAttributes(), ...found, named);
}

function telemetryAttributes(): ResourceAttributes {
  const sdk = process.getBuiltinModule('node:module').findPackageJSON('@opentelemetry/sdk-metrics', import.meta.url);
  const version = sdk === undefined ? undefined : readManifest(dirname(sdk))?.version;
  return {
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.language': 'nodejs',
    ...(version === undefined ? {} : { 'telemetry.sdk.version': version }),
    'telemetry.distro.name': 'promtel',
    'telemetry.distro.version': VERSION,
  };
}

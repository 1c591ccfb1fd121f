// Who is measured, as plain attributes: the service, the process, its host and its container.
//
// Names follow OpenTelemetry semantic conventions 1.44. What the operator sets goes before what is found out.
import { dirname } from 'node:path';
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

export interface ResourceOptions {
  readonly serviceName: string | undefined;
  /** `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly detectors: readonly Detector[];
}

/** As `OTEL_NODE_RESOURCE_DETECTORS` names them. */
export type Detector = 'env' | 'host' | 'os' | 'process' | 'container' | 'serviceinstance';

/** In the order in which later ones go before earlier ones. */
const DETECTORS: Readonly<Record<Detector, (options: ResourceOptions) => ResourceAttributes>> = {
  host: hostAttributes,
  os: osAttributes,
  container: containerAttributes,
  process: processAttributes,
  serviceinstance: serviceInstanceAttributes,
  env: ({ attributes }) => attributes,
};

/** Finds everything out at once and never fails: what cannot be read is left out. */
export function resourceAttributes(options: ResourceOptions): ResourceAttributes {
  const { serviceName, detectors } = options;
  const found = Object.entries(DETECTORS).map(([name, detect]) => (detectors.includes(name as Detector) ? detect(options) : {}));
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

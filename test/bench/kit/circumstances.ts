// The conditions of a run for the results page: date, cores, versions and load; nothing that identifies the machine.
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';

/** Packages whose versions matter for the figures. */
const PEERS = [
  'prom-client',
  '@prometheus-io/client',
  'express-prom-bundle',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/exporter-prometheus',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/instrumentation-express',
  '@opentelemetry/auto-instrumentations-node',
  'express',
  'bullmq',
  'bullmq-otel',
  'ioredis',
  'redis',
  'pg',
  'lru-cache',
  'openai',
  'openai6',
  '@opentelemetry/instrumentation-openai',
];

/** The load average above which the figures are unreliable. */
const MAX_QUIET_LOAD = 0.5;

const load = loadavg()[0]!;

/** A warning if other processes kept the machine busy; undefined if it is quiet. */
export function disturbance(): string | undefined {
  return load > MAX_QUIET_LOAD
    ? `Other work was running (load ${load.toFixed(1)} before the run): expect the figures to be off.`
    : undefined;
}

export function circumstances(): string {
  const packages = [
    ['promtel', versionIn('../../../package.json')],
    ...PEERS.map((name) => [name, versionIn(`../../../node_modules/${name}/package.json`)]),
  ];
  const lines = [
    `- ${new Date().toISOString().slice(0, 10)}, node ${process.version}, ${availableParallelism()} cores`,
    `- ${packages.map(([name, version]) => `${name} ${version}`).join(', ')}`,
  ];
  const disturbed = disturbance();
  if (disturbed !== undefined) lines.push(`- ${disturbed}`);
  return lines.join('\n');
}

function versionIn(path: string): string {
  return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version;
}

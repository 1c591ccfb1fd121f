// Puts promtel together: configuration, instrumentations, exporters; and says in one line what came of it.
import { CATALOG } from '../catalog/index.ts';
import { promtelExportFailures } from '../catalog/self.ts';
import type { Config, Environment, Origins } from '../config/config.ts';
import { describe } from '../config/describe.ts';
import { loadConfig } from '../config/load.ts';
import { settings } from '../config/settings.ts';
import { matchesAny } from '../core/pattern.ts';
import { onProblem, reportProblem } from '../core/problem.ts';
import { overrideFor } from '../core/recording/metric-overrides.ts';
import type { Registry } from '../core/recording/registry.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import { VERSION } from '../core/version.ts';
import { Endpoint } from '../endpoint/server.ts';
import { pushTargets, spanTargets } from '../exporters/index.ts';
import { attach } from '../hooks/attach.ts';
import { instrumentations } from '../instrumentations/index.ts';
import type { ExportReport } from '../sdk/export-watch.ts';
import { Telemetry } from '../sdk/telemetry.ts';
import { createMetricsPage } from './metrics-page.ts';
import { type Running, running, setRunning } from './running.ts';
import { type StderrLog, stderrLogger } from './stderr-log.ts';

/**
 * Starts promtel with an environment. It never throws: what is wrong is told in one line each, and whatever can run
 * runs. A second start in the same process, by another copy or another preload, does nothing.
 */
export function start(env: Environment): void {
  if (running() !== undefined || !process.getBuiltinModule('node:worker_threads').isMainThread) return;
  const names = [...new Set(instrumentations.map(({ name }) => name))];
  const { config, problems, origins } = loadConfig(env, { instrumentations: names });
  const say = stderrLogger(config.general.logLevel);
  onProblem(({ subject, message }) => say('WARN', `${subject}: ${message}`));
  for (const { subject, message } of problems) reportProblem(subject, message);
  if (config.general.disabled) return;

  const started = compose(config, env);
  setRunning(started);
  started.telemetry.start();
  void serve(started).then((port) => announce(started, origins, port, say));
}

function compose(config: Config, env: Environment): Running {
  const registry = sharedRegistry();
  registry.overrideOf = (name) => overrideFor(name, config.metricOverrides);
  const ignoresPath = ignoredBy(config.instrumentations.ignorePaths);
  const isEnabled = enabledBy(config.instrumentations);
  const attached = instrumentations
    .filter(({ name }) => isEnabled(name))
    .map((instrumentation) => attach(instrumentation, registry, { ...config.instrumentations, ...config.llm, ignoresPath }));
  const telemetry = new Telemetry({
    config,
    registry,
    definitions: CATALOG,
    measured: new Set(attached.flatMap(({ instrumentation }) => instrumentation.metrics.map(({ name }) => name))),
    pushTargets: pushTargets(config, env),
    spanTargets: spanTargets(config),
    isEnabled,
    ignoresPath,
    onExport: countFailures(registry),
  });
  const page = createMetricsPage(config, registry, {
    collectOtel: () => telemetry.collectOtel(),
    resourceAttributes: () => telemetry.resource,
  });
  return { config, attached, page, telemetry };
}

function enabledBy({ enabled, disabled }: Config['instrumentations']): (name: string) => boolean {
  return (name) => (enabled === undefined || enabled.includes(name)) && !disabled.includes(name);
}

function ignoredBy(patterns: readonly string[]): (path: string) => boolean {
  return (path) => patterns.length > 0 && matchesAny(patterns, path);
}

function countFailures(registry: Registry): (report: ExportReport) => void {
  const failures = registry.instrument(promtelExportFailures);
  return ({ exporter, errorType }) => {
    if (errorType !== undefined) failures.add(1, { 'exporter.name': exporter, 'error.type': errorType });
  };
}

/** Opens the endpoint if it is asked for, and gives the port that it got. */
async function serve({ config, page }: Running): Promise<number | undefined> {
  if (!config.metrics.exporters.includes('prometheus')) return undefined;
  const { host, port, path, gzip } = config.prometheus;
  const listening = await new Endpoint({ page, host, port, path, gzip }).listen();
  if ('port' in listening) return listening.port;
  reportProblem(settings.prometheus[listening.option].env, listening.message);
  return undefined;
}

function announce({ config, attached }: Running, origins: Origins, port: number | undefined, say: StderrLog): void {
  if (!config.general.startupLine) return;
  const names = [...new Set(attached.map(({ instrumentation }) => instrumentation.name))].sort();
  const { destinations } = describe(config, origins, port);
  say('INFO', [VERSION, ...destinations, `instruments ${names.join(' ')}`].join(', '));
}

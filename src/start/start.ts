// Puts promtel together: configuration, instrumentations, exporters; and says in one line what came of it.
import { promtelExportFailures } from '../catalog/self.ts';
import type { Config, Environment, Origins } from '../config/config.ts';
import { describe } from '../config/describe.ts';
import { instrumentationSettings } from '../config/instrumentation-settings.ts';
import { loadConfig } from '../config/load.ts';
import { settings } from '../config/settings.ts';
import { onProblem, reportProblem } from '../core/problem.ts';
import { overrideFor } from '../core/recording/metric-overrides.ts';
import type { Registry } from '../core/recording/registry.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import { VERSION } from '../core/version.ts';
import { Endpoint } from '../endpoint/server.ts';
import { pushTargets, spanTargets } from '../exporters/index.ts';
import type { Renderer } from '../exporters/prometheus/handler.ts';
import { isMainThread } from '../hooks/main-thread.ts';
import type { ExportReport } from '../sdk/export-watch.ts';
import { Telemetry } from '../sdk/telemetry.ts';
import { instrument, instrumentationNames } from './instrument.ts';
import { loadCatalog, loadMetricsPage } from './load.ts';
import type { PageSources } from './metrics-page.ts';
import { type Running, running, setRunning } from './running.ts';
import { type StderrLog, stderrLogger } from './stderr-log.ts';

/**
 * Starts promtel with an environment. It never throws: what is wrong is reported in one line each, and whatever can run
 * runs. A second start in the same process, by another copy or another preload, does nothing.
 */
export function start(env: Environment): void {
  if (running() !== undefined || !isMainThread()) return;
  const { config, problems, origins } = loadConfig(env, { instrumentations: instrumentationNames });
  const log = stderrLogger(config.general.logLevel);
  onProblem(({ subject, message }) => log('WARN', `${subject}: ${message}`));
  for (const { subject, message } of problems) reportProblem(subject, message);
  if (config.general.disabled) return;

  const started = compose(config, env);
  setRunning(started);
  started.telemetry.start();
  void serve(started).then((port) => announce(started, origins, port, log));
}

function compose(config: Config, env: Environment): Running {
  const registry = sharedRegistry();
  registry.overrideOf = (name) => overrideFor(name, config.metricOverrides);
  const forInstrumentations = instrumentationSettings(config);
  const isEnabled = enabledBy(config.instrumentations);
  const instrumented = instrument(registry, forInstrumentations, isEnabled);
  const telemetry = new Telemetry({
    config,
    registry,
    definitions: () => loadCatalog().CATALOG,
    isMeasured: (name) => instrumented.mayRecord(name),
    pushTargets: pushTargets(config, env),
    spanTargets: spanTargets(config),
    isEnabled,
    ignoresPath: forInstrumentations.ignoresPath,
    onExport: countFailures(registry),
  });
  const page = pageWhenAsked(config, registry, {
    collectOtel: () => telemetry.collectOtel(),
    resourceAttributes: () => telemetry.resource,
  });
  return { config, instrumentations: instrumented.names, page, telemetry };
}

/** The metrics page, which is made at the first request for it. */
function pageWhenAsked(config: Config, registry: Registry, sources: PageSources): Renderer {
  let page: Renderer | undefined;
  return { render: (format) => (page ??= loadMetricsPage().createMetricsPage(config, registry, sources)).render(format) };
}

function enabledBy({ enabled, disabled }: Config['instrumentations']): (name: string) => boolean {
  return (name) => (enabled === undefined || enabled.includes(name)) && !disabled.includes(name);
}

function countFailures(registry: Registry): (report: ExportReport) => void {
  const failures = registry.instrument(promtelExportFailures);
  return ({ exporter, errorType }) => {
    if (errorType !== undefined) failures.add(1, { 'exporter.name': exporter, 'error.type': errorType });
  };
}

/** Opens the endpoint if the page is to be served, and gives the port that it got. */
async function serve({ config, page }: Running): Promise<number | undefined> {
  if (!config.metrics.exporters.includes('prometheus')) return undefined;
  const { host, port, path, gzip } = config.prometheus;
  const listening = await new Endpoint({ page, host, port, path, gzip }).listen();
  if ('port' in listening) return listening.port;
  reportProblem(settings.prometheus[listening.option].env, listening.message);
  return undefined;
}

function announce({ config, instrumentations }: Running, origins: Origins, port: number | undefined, log: StderrLog): void {
  if (!config.general.startupLine) return;
  const { destinations } = describe(config, origins, port);
  log('INFO', [VERSION, ...destinations, `instruments ${instrumentations.join(' ')}`].join(', '));
}

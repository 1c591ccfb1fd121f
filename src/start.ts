// Puts promtel together: configuration, instrumentations, exporters; and says in one line what came of it.
import type { Config, Environment, Origins } from './config/config.ts';
import { describe } from './config/describe.ts';
import { load } from './config/load.ts';
import { attach } from './core/attach.ts';
import { matchesAny } from './core/pattern.ts';
import { policyFor } from './core/policy.ts';
import { onProblem, reportProblem } from './core/problem.ts';
import { sharedRegistry } from './core/shared.ts';
import { VERSION } from './core/version.ts';
import { Endpoint } from './exporters/prometheus/endpoint.ts';
import { instrumentations } from './instrumentations/index.ts';
import { createPage } from './page.ts';
import { type Running, running, setRunning } from './running.ts';
import { type Say, speaker } from './say.ts';

/**
 * Starts promtel with an environment. It never throws: what is wrong is told in one line each, and whatever can run
 * runs. A second start in the same process, by another copy or another preload, does nothing.
 */
export function start(env: Environment): void {
  if (running() !== undefined || !process.getBuiltinModule('node:worker_threads').isMainThread) return;
  const names = [...new Set(instrumentations.map(({ name }) => name))];
  const { config, problems, origins } = load(env, { instrumentations: names });
  const say = speaker(config.general.logLevel);
  onProblem(({ subject, message }) => say('WARN', `${subject}: ${message}`));
  for (const { subject, message } of problems) reportProblem(subject, message);
  if (config.general.disabled) return;

  const started = compose(config);
  setRunning(started);
  void serve(started).then((port) => announce(started, origins, port, say));
}

function compose(config: Config): Running {
  const registry = sharedRegistry();
  registry.overrideOf = (name) => policyFor(name, config.metricPolicies);
  const { enabled, disabled, ignorePaths } = config.instrumentations;
  const settings = { ignoresPath: (path: string) => ignorePaths.length > 0 && matchesAny(ignorePaths, path) };
  const attached = instrumentations
    .filter(({ name }) => (enabled === undefined || enabled.includes(name)) && !disabled.includes(name))
    .map((instrumentation) => attach(instrumentation, registry, settings));
  return { config, attached, page: createPage(config, registry) };
}

/** Opens the endpoint if it is asked for, and gives the port that it got. */
async function serve({ config, page }: Running): Promise<number | undefined> {
  if (!config.metrics.exporters.includes('prometheus')) return undefined;
  const { host, port, path, gzip } = config.prometheus;
  const listening = await new Endpoint({ page, host, port, path, gzip }).listen();
  if ('port' in listening) return listening.port;
  reportProblem(listening.subject, listening.message);
  return undefined;
}

function announce({ config, attached }: Running, origins: Origins, port: number | undefined, say: Say): void {
  if (!config.general.startupLine) return;
  const names = [...new Set(attached.map(({ instrumentation }) => instrumentation.name))].sort();
  const { destinations } = describe(config, origins, port);
  say('INFO', [VERSION, ...destinations, `instruments ${names.join(' ')}`].join(', '));
}

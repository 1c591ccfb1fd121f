// The console exporter for metrics: the official one, which prints every point to standard output.
import { loadMetrics, loadResources } from './otel-packages.ts';
import type { PushTarget } from './push-target.ts';

export const consoleTarget: PushTarget = {
  name: 'console',
  isDelta: () => false,
  open: () => new (loadMetrics().ConsoleMetricExporter)(),
  sendNow({ resource, scopeMetrics }) {
    const metrics = { resource: loadResources().resourceFromAttributes(resource), scopeMetrics: [...scopeMetrics] };
    new (loadMetrics().ConsoleMetricExporter)().export(metrics, () => {});
  },
};

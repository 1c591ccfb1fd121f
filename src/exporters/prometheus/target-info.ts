// `target_info`: the series with the resource attributes of the scraped process as its labels.
import type { Attributes, Naming } from './naming.ts';
import type { PointFamily } from './point.ts';
import { labelsText } from './text.ts';

/** OpenTelemetry specification v1.38.0, Prometheus compatibility: an info in OpenMetrics, a gauge in text. */
export function targetInfo(resourceAttributes: Attributes, naming: Naming): PointFamily {
  const name = 'target_info';
  const help = 'What is scraped here: the attributes of the OpenTelemetry resource.';
  const labels = labelsText(naming.labels(resourceAttributes, 'gauge', undefined));
  return {
    identity: { source: name, name, kind: 'info', unit: '', unitText: undefined, help },
    points: new Map([[labels, 1]]),
    dropped: 0,
  };
}

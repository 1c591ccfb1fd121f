// Reads what the SDK collected for the application: metrics recorded through the OpenTelemetry API become point families.
import type { DataPoint, ExponentialHistogram, Histogram, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { InstrumentKind } from '../../core/metric.ts';
import { DATA_POINT_TYPE, TEMPORALITY } from '../../core/otel-enums.ts';
import type { EventLoopYield } from './event-loop-yield.ts';
import { fromExponential } from './exponential.ts';
import { identityOf } from './identity.ts';
import type { Scope, Naming } from './naming.ts';
import { addPoint, onPlainScale, type PointFamily, type Points, type PointValue } from './point.ts';
import { labelsText } from './text.ts';

const { HISTOGRAM, EXPONENTIAL_HISTOGRAM, GAUGE } = DATA_POINT_TYPE;
const { DELTA } = TEMPORALITY;

export interface OtelMetric {
  readonly metric: MetricData;
  readonly scope: Scope;
}

/** The metrics in the order of the SDK. */
export function otelMetrics(collected: ResourceMetrics | undefined): OtelMetric[] {
  return (collected?.scopeMetrics ?? []).flatMap(({ scope, metrics }) => metrics.map((metric) => ({ metric, scope })));
}

/** Throws when the metric is one that cannot be shown at all. */
export async function otelFamily({ metric, scope }: OtelMetric, naming: Naming, pace: EventLoopYield): Promise<PointFamily> {
  const kind = kindOf(metric);
  if (kind !== 'gauge' && (metric.aggregationTemporality as number) === DELTA) {
    throw new TypeError('it has delta temporality, which a page that is scraped cannot show');
  }
  const identity = identityOf({ ...metric.descriptor, kind }, naming);
  const points: Points = new Map();
  let dropped = 0;
  for (const point of metric.dataPoints) {
    if (pace.isDue) await pace.yield();
    const labels = labelsText(naming.labels(point.attributes, kind, scope));
    if (!addPoint(points, labels, valueOf(metric, point), identity)) dropped += 1;
  }
  return { identity, points, dropped };
}

function kindOf(metric: MetricData): InstrumentKind {
  const type: number = metric.dataPointType;
  if (type === HISTOGRAM || type === EXPONENTIAL_HISTOGRAM) return 'histogram';
  if (type === GAUGE) return 'gauge';
  return 'isMonotonic' in metric && metric.isMonotonic ? 'counter' : 'updowncounter';
}

function valueOf({ dataPointType }: MetricData, { value }: DataPoint<unknown>): PointValue {
  const type: number = dataPointType;
  if (type === EXPONENTIAL_HISTOGRAM) return fromExponential(value as ExponentialHistogram);
  if (type !== HISTOGRAM) return value as number;
  const { buckets, sum } = value as Histogram;
  return onPlainScale({ bounds: buckets.boundaries, counts: buckets.counts, sum });
}

// The OpenTelemetry SDK with @opentelemetry/exporter-prometheus.
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BOUNDS } from '../kit/series.ts';
import { type Library, TEXT } from './library.ts';

/** More than any benchmark records; the default limit of 2,000 would fold series together. */
const CARDINALITY_LIMIT = 200_000;

const exporter = new PrometheusExporter({ preventServerStart: true });
const serializer = new PrometheusSerializer();
const views = [{ instrumentName: '*', aggregationCardinalityLimit: CARDINALITY_LIMIT }];
const meter = new MeterProvider({ readers: [exporter], views }).getMeter('bench');
const counter = meter.createCounter('requests');
const histogram = meter.createHistogram('duration', { unit: 's', advice: { explicitBucketBoundaries: [...BOUNDS] } });

export const library: Library = {
  count: (labels) => counter.add(1, labels),
  observe: (labels, seconds) => histogram.record(seconds, labels),
  forms: [TEXT],
  async page() {
    const { resourceMetrics } = await exporter.collect();
    return [Buffer.from(serializer.serialize(resourceMetrics))];
  },
};

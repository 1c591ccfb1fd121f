// bullmq-otel with metrics, and the SDK with its Prometheus exporter, set up as in their READMEs; no tracing.
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BullMQOtel } from 'bullmq-otel';

const reader = new PrometheusExporter({ port: Number(process.env['OTEL_EXPORTER_PROMETHEUS_PORT']) });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

export const telemetry = new BullMQOtel({ tracerName: 'bench', meterName: 'bench', enableMetrics: true });

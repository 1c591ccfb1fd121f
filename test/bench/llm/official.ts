// OpenAI's official instrumentation with the SDK and its Prometheus exporter, as its README sets it up; no tracing.
import { createRequire } from 'node:module';
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const reader = new PrometheusExporter({ port: Number(process.env['OTEL_EXPORTER_PROMETHEUS_PORT']) });
const meterProvider = new MeterProvider({ readers: [reader] });
metrics.setGlobalMeterProvider(meterProvider);

/** It looks for a package by the name openai, and so is handed the one of another name. */
class Official extends OpenAIInstrumentation {
  override enable(): void {
    super.enable();
    const openai: unknown = createRequire(import.meta.url)('openai6');
    for (const { patch } of this.init()) patch?.(openai);
  }
}

new Official().setMeterProvider(meterProvider);

// @opentelemetry/instrumentation-openai with the SDK and its Prometheus exporter, set up as in its README; no tracing.
import { createRequire } from 'node:module';
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const reader = new PrometheusExporter({ port: Number(process.env['OTEL_EXPORTER_PROMETHEUS_PORT']) });
const meterProvider = new MeterProvider({ readers: [reader] });
metrics.setGlobalMeterProvider(meterProvider);

/** Patches the package under its alias `openai6`; the instrumentation itself patches only `openai`. */
class Official extends OpenAIInstrumentation {
  override enable(): void {
    super.enable();
    const openai: unknown = createRequire(import.meta.url)('openai6');
    for (const { patch } of this.init()) patch?.(openai);
  }
}

new Official().setMeterProvider(meterProvider);

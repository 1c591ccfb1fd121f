// instrumentation-http and instrumentation-express with the SDK, metrics only, as their READMEs set them up.
const { context, metrics } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { PrometheusExporter } = require('@opentelemetry/exporter-prometheus');
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { MeterProvider } = require('@opentelemetry/sdk-metrics');

// The route travels from one instrumentation to the other in the context: without a manager, no series has it.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const provider = new MeterProvider({
  readers: [new PrometheusExporter({ port: Number(process.env.OTEL_EXPORTER_PROMETHEUS_PORT) })],
});
metrics.setGlobalMeterProvider(provider);
for (const instrumentation of [new HttpInstrumentation(), new ExpressInstrumentation()])
  instrumentation.setMeterProvider(provider);

// instrumentation-http and instrumentation-express with the SDK, metrics only, set up as in their READMEs.
const { context, metrics } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { PrometheusExporter } = require('@opentelemetry/exporter-prometheus');
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { MeterProvider } = require('@opentelemetry/sdk-metrics');

// The instrumentations pass the route on in the context: without a context manager, no series has it.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const provider = new MeterProvider({
  readers: [new PrometheusExporter({ port: Number(process.env.OTEL_EXPORTER_PROMETHEUS_PORT) })],
});
metrics.setGlobalMeterProvider(provider);
for (const instrumentation of [new HttpInstrumentation(), new ExpressInstrumentation()])
  instrumentation.setMeterProvider(provider);

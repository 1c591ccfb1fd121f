// Copies of the enum values of the OpenTelemetry SDK, since importing the enums would load the SDK.

/** `DataPointType` of `@opentelemetry/sdk-metrics`. */
export const DATA_POINT_TYPE = { HISTOGRAM: 0, EXPONENTIAL_HISTOGRAM: 1, GAUGE: 2, SUM: 3 } as const;

/** `AggregationTemporality` of `@opentelemetry/sdk-metrics`. */
export const TEMPORALITY = { DELTA: 0, CUMULATIVE: 1 } as const;

/** `ValueType` of `@opentelemetry/api`. */
export const VALUE_TYPE = { INT: 0, DOUBLE: 1 } as const;

/** `ExportResultCode` of `@opentelemetry/core`. */
export const EXPORT_RESULT = { SUCCESS: 0, FAILED: 1 } as const;

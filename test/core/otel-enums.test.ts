// The copied enum values equal those of the OpenTelemetry SDK.
import { ValueType } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { DATA_POINT_TYPE, EXPORT_RESULT, TEMPORALITY, VALUE_TYPE } from '../../src/core/otel-enums.ts';

it.each([
  ['DataPointType', DATA_POINT_TYPE, DataPointType],
  ['AggregationTemporality', TEMPORALITY, AggregationTemporality],
  ['ValueType', VALUE_TYPE, ValueType],
  ['ExportResultCode', EXPORT_RESULT, ExportResultCode],
])('%s has the values that core/otel-enums.ts gives it', (_, values, enumeration) => {
  const names = Object.entries(enumeration).filter(([, value]) => typeof value === 'number');
  expect(values).toEqual(Object.fromEntries(names));
});

// Data pipelines of the application: stage durations, items by outcome, and the last successful run.
import { defineMetric } from '../core/metric.ts';
import { errorType, pipelineItemOutcome, pipelineName, pipelineOutcome, pipelineStage, sourceType } from './attributes.ts';
import { SECONDS_JOB } from './buckets.ts';

export const pipelineStageDuration = defineMetric({
  name: 'pipeline.stage.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of pipeline stages.',
  stability: 'stable',
  buckets: SECONDS_JOB,
  attributes: [pipelineName, pipelineStage, pipelineOutcome, errorType],
});

export const pipelineItems = defineMetric({
  name: 'pipeline.items',
  instrument: 'counter',
  unit: '{item}',
  brief: 'Items processed by a pipeline, by outcome.',
  stability: 'stable',
  attributes: [pipelineName, sourceType, pipelineItemOutcome],
});

export const pipelineLastSuccess = defineMetric({
  name: 'pipeline.last_success',
  instrument: 'gauge',
  unit: 's',
  brief: 'Unix time of the last successful run of a pipeline.',
  stability: 'stable',
  merge: 'max',
  attributes: [pipelineName],
});

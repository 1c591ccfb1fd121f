// Pipelines that an application runs: their stages, what went through, and when one last came to its end.
import { defineMetric } from '../core/metric.ts';
import { errorType, pipelineItemOutcome, pipelineName, pipelineOutcome, pipelineStage, sourceType } from './attributes.ts';
import { SECONDS_JOB } from './buckets.ts';

export const pipelineStageDuration = defineMetric({
  name: 'pipeline.stage.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of the stages of a pipeline.',
  stability: 'stable',
  buckets: SECONDS_JOB,
  attributes: [pipelineName, pipelineStage, pipelineOutcome, errorType],
});

export const pipelineItems = defineMetric({
  name: 'pipeline.items',
  instrument: 'counter',
  unit: '{item}',
  brief: 'Items that went through a pipeline.',
  stability: 'stable',
  attributes: [pipelineName, sourceType, pipelineItemOutcome],
});

export const pipelineLastSuccess = defineMetric({
  name: 'pipeline.last_success',
  instrument: 'gauge',
  unit: 's',
  brief: 'When a pipeline last came to its end without an error, Unix time.',
  stability: 'stable',
  merge: 'max',
  attributes: [pipelineName],
});

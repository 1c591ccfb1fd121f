// The GenAI metrics of the conventions, by their established names, by the latest, or by both, as the application opts in.
import * as latest from '../../catalog/llm-latest.ts';
import {
  genAiClientOperationDuration,
  genAiClientOperationTimePerOutputChunk,
  genAiClientOperationTimeToFirstChunk,
  genAiClientTokenUsage,
  llmOutputRate,
} from '../../catalog/llm.ts';
import type { GenAiNames } from '../../core/llm-settings.ts';
import type { AttributesOf } from '../../core/metric.ts';
import type { HistogramCell } from '../../core/recording/cell.ts';
import type { Registry } from '../../core/recording/registry.ts';
import type { TokenUsage } from '../../core/token-usage.ts';

/** The attributes of every metric of a call. */
export type CallAttributes = AttributesOf<typeof llmOutputRate>;

/** The attributes of its duration. */
export type EndAttributes = AttributesOf<typeof genAiClientOperationDuration>;

/** Records the metrics of the conventions. */
export interface GenAiMetrics {
  duration(seconds: number, attributes: EndAttributes): void;
  firstChunk(seconds: number, attributes: CallAttributes): void;
  /** The series of the time from one chunk to the next. */
  chunks(attributes: CallAttributes): Pick<HistogramCell, 'record'>;
  tokens(usage: TokenUsage, attributes: CallAttributes): void;
}

export function genAiMetrics(registry: Registry, names: GenAiNames): GenAiMetrics[] {
  return [
    ...(names === 'latest' ? [] : [establishedMetrics(registry)]),
    ...(names === 'established' ? [] : [latestMetrics(registry, names === 'latest')]),
  ];
}

function establishedMetrics(registry: Registry): GenAiMetrics {
  const duration = registry.instrument(genAiClientOperationDuration);
  const firstChunk = registry.instrument(genAiClientOperationTimeToFirstChunk);
  const chunks = registry.instrument(genAiClientOperationTimePerOutputChunk);
  const tokens = registry.instrument(genAiClientTokenUsage);
  return {
    duration: (seconds, attributes) => duration.record(seconds, attributes),
    firstChunk: (seconds, attributes) => firstChunk.record(seconds, attributes),
    chunks: (attributes) => chunks.bind(attributes),
    tokens({ input, output }, attributes) {
      if (input !== undefined) tokens.record(input, { ...attributes, 'gen_ai.token.type': 'input' });
      if (output !== undefined) tokens.record(output, { ...attributes, 'gen_ai.token.type': 'output' });
    },
  };
}

/** A call that is no inference, such as embeddings, keeps its old name, recorded here unless the established metrics are, too. */
function latestMetrics(registry: Registry, isAlone: boolean): GenAiMetrics {
  const inference = registry.instrument(latest.genAiClientInferenceDuration);
  const other = isAlone ? registry.instrument(genAiClientOperationDuration) : undefined;
  const firstChunk = registry.instrument(latest.genAiClientInferenceTimeToFirstChunk);
  const chunks = registry.instrument(latest.genAiClientInferenceTimePerOutputChunk);
  const perCall = {
    input: registry.instrument(latest.genAiClientInferenceOperationInputTokens),
    output: registry.instrument(latest.genAiClientInferenceOperationOutputTokens),
  } as const;
  const totals = {
    input: registry.instrument(latest.genAiClientInferenceUsageInputTokens),
    output: registry.instrument(latest.genAiClientInferenceUsageOutputTokens),
    cacheRead: registry.instrument(latest.genAiClientInferenceUsageCacheReadInputTokens),
    cacheWrite: registry.instrument(latest.genAiClientInferenceUsageCacheWriteInputTokens),
    reasoning: registry.instrument(latest.genAiClientInferenceUsageReasoningOutputTokens),
  } as const;
  return {
    duration: (seconds, attributes) =>
      (isInference(attributes['gen_ai.operation.name']) ? inference : other)?.record(seconds, attributes),
    firstChunk: (seconds, attributes) => firstChunk.record(seconds, attributes),
    chunks: (attributes) => chunks.bind(attributes),
    tokens(usage, attributes) {
      if (!isInference(attributes['gen_ai.operation.name'])) return;
      for (const kind of ['input', 'output'] as const)
        if (usage[kind] !== undefined) perCall[kind].record(usage[kind], attributes);
      for (const kind of KINDS)
        if (usage[kind] !== undefined) totals[kind].add(usage[kind], { ...attributes, 'gen_ai.token.modality': 'unknown' });
    },
  };
}

const KINDS = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const;

const INFERENCE: ReadonlySet<string | undefined> = new Set(['chat', 'generate_content', 'text_completion']);

/** Whether a model is to answer, rather than to embed or to search. */
export function isInference(operation: string | undefined): boolean {
  return INFERENCE.has(operation);
}

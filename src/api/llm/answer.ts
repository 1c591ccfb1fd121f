// Validates what an application reports of an LLM's answer: what cannot be recorded is reported and left out.
import { llmTokens } from '../../catalog/llm.ts';
import { sharedRegistry } from '../../core/recording/shared-registry.ts';
import { textOf } from '../../core/text.ts';
import type { TokenUsage } from '../../core/token-usage.ts';
import type { LlmCallEnd } from '../../recorders/llm/calls.ts';
import { describeValue } from '../named-attributes.ts';

/** What an answer reports of itself. */
export interface LlmAnswer {
  /** Its tokens; a call without them counts in `llm.unmetered_calls`. */
  readonly usage?: TokenUsage | undefined;
  /** The model that answered. */
  readonly model?: string | undefined;
  /** Why the model stopped, such as `stop` or `length`. */
  readonly finishReason?: string | undefined;
}

const TOKENS: readonly (keyof TokenUsage)[] = ['input', 'cacheRead', 'cacheWrite', 'cacheWriteHour', 'output', 'reasoning'];

export function endOf(answer: LlmAnswer | undefined): LlmCallEnd {
  if (typeof answer !== 'object' || answer === null) return {};
  const { usage, model, finishReason } = answer;
  return { usage: usageOf(usage), responseModel: textOf(model), finishReason: textOf(finishReason) };
}

function usageOf(usage: TokenUsage | undefined): TokenUsage | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined;
  const counted = TOKENS.flatMap((kind) => {
    const count: unknown = usage[kind];
    if (typeof count === 'number' && count >= 0 && count < Infinity) return [[kind, count]];
    if (count !== undefined && count !== null)
      sharedRegistry().report(
        llmTokens.name,
        `are recorded without ${kind}, which is ${describeValue(count)}: accepted is a number`,
      );
    return [];
  });
  return counted.length === 0 ? undefined : (Object.fromEntries(counted) as TokenUsage);
}

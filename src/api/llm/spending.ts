// The part of `llm` that tells what is spent beside the price of tokens, what may be spent, and what for.
import { genAiProviderName, llmBudgetPeriod, llmPurpose } from '../../catalog/llm-attributes.ts';
import { llmBudget, llmCost, llmCredits } from '../../catalog/llm.ts';
import { sharedRegistry } from '../../core/recording/shared-registry.ts';
import { currentPurpose, withPurpose } from '../../recorders/llm/purpose.ts';
import { looks, attributesFrom } from '../named-attributes.ts';
import { instrumentOf, isFunction } from '../record.ts';

/** Whose credits they are. */
export interface Credits {
  readonly provider: string;
  /** What they were spent for; unless said, the purpose of `withPurpose`. */
  readonly purpose?: string | undefined;
}

export interface Budget {
  /** `day`, `month`, or a word of your own. */
  readonly period: string;
  readonly provider?: string | undefined;
  readonly purpose?: string | undefined;
}

const creditsOf = attributesFrom(
  { provider: genAiProviderName, purpose: llmPurpose },
  { required: ['provider'], example: "{ provider: 'elevenlabs', purpose: 'narration' }" },
);
const budgetOf = attributesFrom(
  { period: llmBudgetPeriod, provider: genAiProviderName, purpose: llmPurpose },
  { required: ['period'], example: "{ period: 'month', provider: 'openai' }" },
);

export const spending = {
  /**
   * Counts credits that were spent, as providers have them who do not bill by token, in `llm.credits`.
   *
   * @example
   * ```js
   * llm.credits({ provider: 'elevenlabs', purpose: 'narration' }, 120);
   * // llm.credits{gen_ai.provider.name="elevenlabs", llm.purpose="narration"} 120
   * ```
   */
  credits(credits: Credits, count: number): void {
    const attributes = creditsOf(credits, llmCredits);
    const purpose = attributes['llm.purpose'] ?? currentPurpose();
    instrumentOf(llmCredits).add(count, { ...attributes, 'llm.purpose': purpose });
  },

  /**
   * Sets what may be spent in a period, in USD: `llm.budget`, to be compared with the increase of `llm.cost` over that time.
   *
   * @example
   * ```js
   * llm.budget({ period: 'month', provider: 'openai' }, 500);
   * // llm.budget{llm.budget.period="month", gen_ai.provider.name="openai"} 500
   * ```
   */
  budget(budget: Budget, usd: number): void {
    instrumentOf(llmBudget).set(usd, budgetOf(budget, llmBudget));
  },

  /**
   * Runs a function for a purpose and hands on what it gives: every LLM call beneath it, through promises and callbacks, has it as
   * its `llm.purpose`, whoever records the call. One told further beneath takes its place there. Past 100 purposes, further ones
   * are `_OTHER`: a purpose is a kind of work, never a user or a request.
   *
   * @throws what the function throws
   * @example
   * ```js
   * const call = { provider: 'house', model: 'house-1' };
   * await llm.withPurpose('summarise', () => llm.track(call, () => client.execute()));
   * // gen_ai.client.operation.duration{gen_ai.provider.name="house", llm.purpose="summarise"} 1
   * ```
   */
  withPurpose<Result>(purpose: string, run: () => Result): Result {
    if (!isFunction(llmCost, run)) return run();
    if (typeof purpose === 'string' && purpose !== '') return withPurpose(purpose, run);
    sharedRegistry().report('llm.withPurpose', `has no purpose in what is ${looks(purpose)}: accepted is a text`);
    return run();
  },
} as const;

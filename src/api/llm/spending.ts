// The part of `llm` for credits, which are spent beside the price of tokens, for budgets, and for the purpose of calls.
import { genAiProviderName, llmBudgetPeriod, llmPurpose } from '../../catalog/llm-attributes.ts';
import { llmBudget, llmCost, llmCredits } from '../../catalog/llm.ts';
import { sharedRegistry } from '../../core/recording/shared-registry.ts';
import { currentPurpose, withPurpose } from '../../recorders/llm/purpose.ts';
import { attributesFrom, describeValue } from '../named-attributes.ts';
import { instrumentOf, isFunction } from '../record.ts';

/** Credits of a provider that bills by them. */
export interface Credits {
  readonly provider: string;
  /** What they were spent for; by default that of `withPurpose`. */
  readonly purpose?: string | undefined;
}

/** What may be spent in a period, for a provider or a purpose. */
export interface Budget {
  /** `day`, `month`, or a custom name. */
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
   * Counts credits that were spent, of providers that do not bill by token, in `llm.credits`.
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
   * Sets what may be spent in a period, in USD, in `llm.budget`: to be compared with the increase of `llm.cost` over the period.
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
   * Runs a function for a purpose and returns its result: every LLM call within it, through promises and callbacks, has this
   * `llm.purpose`, whoever records the call. A purpose that is set within it replaces it there. Past 100 purposes, further ones
   * are `_OTHER`: a purpose is a kind of work, never a user or a request.
   *
   * @throws the error of the function
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
    sharedRegistry().report('llm.withPurpose', `has a purpose that is ${describeValue(purpose)}: accepted is a text`);
    return run();
  },
} as const;

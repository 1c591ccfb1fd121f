// The prices of LLM calls: the operator's own, or else the published ones of @pydantic/genai-prices.
import { createRequire } from 'node:module';
import type { LlmPrice } from '../../core/llm-settings.ts';
import { matchesPattern } from '../../core/pattern.ts';
import { messageOf, reportProblem } from '../../core/problem.ts';
import type { TokenUsage } from '../../core/token-usage.ts';

/** What a price depends on. */
export interface PricedCall {
  readonly provider: string;
  /** The model that answered, or else the requested one. */
  readonly model: string;
  readonly usage: TokenUsage;
}

export interface Prices {
  /** Called when a call begins, so that prices are loaded while the provider works on the answer. */
  prepare(): void;
  /** The cost in USD; undefined if the price of the model is not known. */
  costOf(call: PricedCall): number | undefined;
}

type Library = typeof import('@pydantic/genai-prices');

/** The library's ids of providers that have another name in the conventions. A provider that it does not know has no price. */
const PROVIDER_IDS: Readonly<Record<string, string>> = {
  'aws.bedrock': 'aws',
  'azure.ai.inference': 'azure',
  'azure.ai.openai': 'azure',
  fireworks_ai: 'fireworks',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex_ai': 'google',
  mistral_ai: 'mistral',
  together_ai: 'together',
  x_ai: 'x-ai',
};

const MILLION = 1_000_000;

const require = createRequire(import.meta.url);

let published: PublishedPrices | undefined;

/** The operator's prices, then the published ones, which are loaded once in a process. */
export function llmPrices(own: readonly LlmPrice[]): Prices {
  const others = (published ??= new PublishedPrices());
  return {
    prepare: () => others.prepare(),
    costOf(call) {
      const price = own.findLast(({ model }) => matchesPattern(model, call.model));
      return price === undefined ? others.costOf(call) : costAt(price, call.usage);
    },
  };
}

function costAt({ input, output, cacheRead, cacheWrite }: LlmPrice, usage: TokenUsage): number {
  const { input: all = 0, output: out = 0, cacheRead: read = 0, cacheWrite: written = 0 } = usage;
  const fresh = Math.max(0, all - read - written);
  return (fresh * input + read * cacheRead + written * cacheWrite + out * output) / MILLION;
}

class PublishedPrices implements Prices {
  #library: Library | undefined;
  #isLoading = false;
  #isMissing = false;

  /** Loading takes some 25 ms. */
  prepare(): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    setImmediate(() => this.#load()).unref();
  }

  costOf({ provider, model, usage }: PricedCall): number | undefined {
    const library = this.#load();
    try {
      const found = library?.calcPrice(usageOf(usage), model, { providerId: PROVIDER_IDS[provider] ?? provider });
      return found?.total_price;
    } catch {
      // It throws at contradictory counts, such as more tokens read from the cache than there were in all.
      return undefined;
    }
  }

  #load(): Library | undefined {
    if (this.#library !== undefined || this.#isMissing) return this.#library;
    try {
      this.#library = require('@pydantic/genai-prices') as Library;
    } catch (error) {
      this.#isMissing = true;
      reportProblem('llm.cost', `has no published prices, since they could not be loaded: ${messageOf(error)}`);
    }
    return this.#library;
  }
}

/** The library's names of the counts. */
function usageOf({
  input,
  cacheRead,
  cacheWrite,
  cacheWriteHour,
  output,
  reasoning,
}: TokenUsage): Record<string, number | undefined> {
  return {
    input_tokens: input,
    cache_read_tokens: cacheRead,
    cache_write_tokens: cacheWrite,
    cache_write_1h_tokens: cacheWriteHour,
    output_tokens: output,
    output_reasoning_tokens: reasoning,
  };
}

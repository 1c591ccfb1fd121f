// Types of the settings of LLM calls: the names of their metrics, further servers, and prices.

/** Metric and attribute names of LLM calls: the established ones, those of the latest conventions, or both. */
export type GenAiNames = 'established' | 'latest' | 'both';

/** An LLM server beside the providers' hosts; of several whose URL is a prefix of a request's, the first applies. */
export interface LlmServer {
  readonly provider: string;
  /** Without a trailing slash. */
  readonly url: string;
}

/** Prices in USD per million tokens, which override the published ones; of several that match a model, the last applies. */
export interface LlmPrice {
  /** Name of the model, with * and ? as wildcards. */
  readonly model: string;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

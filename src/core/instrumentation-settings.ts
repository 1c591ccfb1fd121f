// The settings that instrumentations read; the configuration provides them.

/** The settings that instrumentations read. */
export interface InstrumentationSettings {
  /** Whether requests to a path (without query) are not recorded, such as those of probes. */
  readonly ignoresPath: (path: string) => boolean;
  /** The duration from which a database operation counts as slow. */
  readonly slowDbSeconds: number;
  /** The interval at which the depths of job queues are read; 0 turns that off. */
  readonly queuePollSeconds: number;
  readonly genAiNames: GenAiNames;
  /** Further LLM servers beside the providers' hosts; the first whose URL is a prefix of the request's applies. */
  readonly llmServers: readonly LlmServer[];
  /** Prices that override the published ones; of several that match a model, the last applies. */
  readonly llmPrices: readonly LlmPrice[];
}

/** Metric and attribute names of LLM calls: the established ones, those of the latest conventions, or both. */
export type GenAiNames = 'established' | 'latest' | 'both';

export interface LlmServer {
  readonly provider: string;
  /** Without a trailing slash. */
  readonly url: string;
}

/** Prices in USD per million tokens. */
export interface LlmPrice {
  /** Name of the model, with * and ? as wildcards. */
  readonly model: string;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

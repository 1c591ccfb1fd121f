// The settings that instrumentations read, as the configuration gives them.

/** The settings that instrumentations read. */
export interface InstrumentationSettings {
  /** Whether requests to a path, without its query, are left out, as for probes. */
  readonly ignoresPath: (path: string) => boolean;
  /** How long a database operation takes at least to count as slow. */
  readonly slowDbSeconds: number;
  /** How often the depth of a job queue is read; 0 if never. */
  readonly queuePollSeconds: number;
  readonly genAiNames: GenAiNames;
  /** Where LLMs are served besides the providers' own hosts; the first whose URL a request's begins with. */
  readonly llmServers: readonly LlmServer[];
  /** The operator's own prices; a later one goes before an earlier. */
  readonly llmPrices: readonly LlmPrice[];
}

/** By which names LLM calls go: the established ones, those that the conventions moved to, or both. */
export type GenAiNames = 'established' | 'latest' | 'both';

export interface LlmServer {
  readonly provider: string;
  /** Without a slash at its end. */
  readonly url: string;
}

/** USD for a million tokens. */
export interface LlmPrice {
  /** Name of the model, with * and ? as wildcards. */
  readonly model: string;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

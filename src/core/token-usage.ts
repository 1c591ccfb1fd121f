// What one LLM call used up, as its provider counted it.

/** Tokens; what the provider did not tell is left out. */
export interface TokenUsage {
  /** All of the input, that of the cache included. */
  readonly input?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  /** Of `cacheWrite`, what is kept for an hour and costs more. */
  readonly cacheWriteHour?: number | undefined;
  /** All of the output, reasoning included. */
  readonly output?: number | undefined;
  readonly reasoning?: number | undefined;
}

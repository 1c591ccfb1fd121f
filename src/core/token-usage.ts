// The tokens of one LLM call, as its provider counted them.

/** Numbers of tokens; what the provider did not report is left out. */
export interface TokenUsage {
  /** All of the input, including `cacheRead` and `cacheWrite`. */
  readonly input?: number | undefined;
  /** The part of the input that was read from the cache. */
  readonly cacheRead?: number | undefined;
  /** The part of the input that was written to the cache. */
  readonly cacheWrite?: number | undefined;
  /** The part of `cacheWrite` that is kept for an hour, which costs more. */
  readonly cacheWriteHour?: number | undefined;
  /** All of the output, including `reasoning`. */
  readonly output?: number | undefined;
  /** The part of the output that is reasoning. */
  readonly reasoning?: number | undefined;
}

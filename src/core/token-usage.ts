// Token usage of one LLM call, as reported by its provider.

/** Numbers of tokens; those that the provider did not report are undefined. */
export interface TokenUsage {
  /** All of the input, including `cacheRead` and `cacheWrite`. */
  readonly input?: number | undefined;
  /** Input tokens read from the cache. */
  readonly cacheRead?: number | undefined;
  /** Input tokens written to the cache. */
  readonly cacheWrite?: number | undefined;
  /** The part of `cacheWrite` with a lifetime of an hour, which costs more. */
  readonly cacheWriteHour?: number | undefined;
  /** All of the output, including `reasoning`. */
  readonly output?: number | undefined;
  /** Output tokens of reasoning. */
  readonly reasoning?: number | undefined;
}

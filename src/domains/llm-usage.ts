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

/** What a price depends on. */
export interface PricedCall {
  readonly provider: string;
  /** The model that answered, or else the one that was asked for. */
  readonly model: string;
  readonly usage: TokenUsage;
}

/** Where the prices come from. */
export interface Prices {
  /** Called when a call begins, so that what has to be loaded is loaded while the provider thinks. */
  prepare(): void;
  /** USD; undefined if the price of what was used is not known. */
  costOf(call: PricedCall): number | undefined;
}

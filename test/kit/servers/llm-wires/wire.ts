// A wire format of the loopback LLM provider: its paths, and how it encodes an answer.
import type { TokenUsage } from '../../../../src/core/token-usage.ts';

export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An answer before it is encoded in a wire format. */
export interface PlainAnswer {
  /** The body of the request. */
  readonly request: Readonly<Record<string, unknown>>;
  /** The model that answers. */
  readonly model: string;
  /** The parts of the text, of which each is an event of a stream. */
  readonly texts: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  /** In the provider's own word; undefined for the usual one. */
  readonly finishReason: string | undefined;
  /** Undefined for an answer without a usage. */
  readonly usage: TokenUsage | undefined;
}

/** An event of a stream, or a line of it. */
export interface WireEvent {
  readonly data: unknown;
  readonly name?: string;
  /** Whether it carries output, and so is delayed as the script says. */
  readonly isOutput?: true;
}

export interface ProviderError {
  readonly status: number;
  readonly type: string;
  readonly code?: string;
  readonly message: string;
}

export interface Wire {
  readonly path: RegExp;
  readonly framing: 'events' | 'lines';
  isStream(request: PlainAnswer['request'], path: string): boolean;
  /** Whether this request gets a stream without a usage, as where it has to be requested. */
  leavesOutUsage?(request: PlainAnswer['request']): boolean;
  whole(answer: PlainAnswer): unknown;
  events(answer: PlainAnswer): WireEvent[];
  error(error: ProviderError): unknown;
  /** How a stream reports an error after it has begun. */
  errorEvent(error: ProviderError): WireEvent;
  /** The headers of what is left of the rate limits. */
  rateLimits(left: RateLimitsLeft): Record<string, string>;
}

export interface RateLimitsLeft {
  readonly requests: number;
  readonly tokens: number;
}

export type NamedData = Readonly<Record<string, unknown>> & { readonly type: string };

/** An event that is named by the type of its data. */
export function named(data: NamedData, isOutput?: true): WireEvent {
  return { name: data.type, data, ...(isOutput && { isOutput }) };
}

/** A count that a format leaves out where it is 0. */
export function optional<Key extends string>(key: Key, value: number | undefined): Partial<Record<Key, number>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, number>);
}

/** A short vector for each text of the request. */
export function vectorsFor(input: unknown): number[][] {
  return (Array.isArray(input) ? input : [input]).map((_, index) => [index, 0.5, 0.25]);
}

export const SECONDS = 1_795_000_000;

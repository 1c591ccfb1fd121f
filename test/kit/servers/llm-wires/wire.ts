// What the loopback LLM provider needs to know of a wire format: where it is spoken, and how an answer is put into its words.
import type { TokenUsage } from '../../../../src/core/token-usage.ts';

export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An answer before it is put into a provider's words. */
export interface PlainAnswer {
  /** What the client asked. */
  readonly request: Readonly<Record<string, unknown>>;
  /** The model that answers. */
  readonly model: string;
  /** The parts of the text, of which each is an event of a stream. */
  readonly texts: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  /** In the provider's own word; undefined for the usual one. */
  readonly finishReason: string | undefined;
  /** Undefined if nothing is to be told of tokens. */
  readonly usage: TokenUsage | undefined;
}

/** An event of a stream, or a line of it. */
export interface WireEvent {
  readonly data: unknown;
  readonly name?: string;
  /** Whether it carries output, and so waits for its time. */
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
  /** Whether a stream tells of no tokens unless it is asked to, and was not. */
  leavesOutUsage?(request: PlainAnswer['request']): boolean;
  whole(answer: PlainAnswer): unknown;
  events(answer: PlainAnswer): WireEvent[];
  error(error: ProviderError): unknown;
  /** How a stream tells of an error in its middle. */
  errorEvent(error: ProviderError): WireEvent;
  /** The headers that tell how much is left. */
  rateLimits(left: RateLimitsLeft): Record<string, string>;
}

export interface RateLimitsLeft {
  readonly requests: number;
  readonly tokens: number;
}

export type NamedData = Readonly<Record<string, unknown>> & { readonly type: string };

/** An event that goes by its data's type. */
export function named(data: NamedData, isOutput?: true): WireEvent {
  return { name: data.type, data, ...(isOutput && { isOutput }) };
}

/** A figure that a format leaves out where there is none. */
export function optional<Key extends string>(key: Key, value: number | undefined): Partial<Record<Key, number>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, number>);
}

/** As many short vectors as texts were asked about. */
export function vectorsFor(input: unknown): number[][] {
  return (Array.isArray(input) ? input : [input]).map((_, index) => [index, 0.5, 0.25]);
}

export const SECONDS = 1_795_000_000;

// Measures exchanges with a provider of LLMs, to whose reader the bytes are handed as a test likes.
import { Registry } from '../../../src/core/recording/registry.ts';
import { samplesOf } from '../../../src/core/recording/samples.ts';
import { LlmExchange } from '../../../src/instrumentations/llm/exchange.ts';
import { formatOf } from '../../../src/llm-wire/formats.ts';
import { LlmCalls } from '../../../src/recorders/llm/calls.ts';

/** By kind. */
export type Tokens = Readonly<Record<string, number>>;

export interface Reading {
  readonly tokens: Tokens;
  readonly calls: number;
  readonly unmetered: number;
  readonly active: number;
  readonly aborted: number;
  /** Calls of which it is known why they ended. */
  readonly finished: number;
}

const COUNTS = {
  calls: 'gen_ai.client.operation.duration',
  unmetered: 'llm.unmetered_calls',
  active: 'llm.active',
  aborted: 'llm.stream.aborted',
  finished: 'llm.finish_reasons',
} as const;

/** Measures exchanges with one provider. */
export class Meter {
  readonly #path: string;
  readonly #registry = new Registry();
  readonly #calls = new LlmCalls(this.#registry, { names: 'established', prices: { prepare() {}, costOf: () => undefined } });
  #last: Reading | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** An exchange of which the request is sent and the answer begins with these headers. */
  begin(headers: Readonly<Record<string, string>>, status = 200): LlmExchange {
    const destination = {
      format: formatOf(this.#path)!,
      provider: 'a-provider',
      address: 'host',
      model: undefined,
      purpose: undefined,
    };
    const exchange = new LlmExchange(this.#calls, destination, (run) => run);
    exchange.sent(Buffer.from('{"model":"a-model","messages":[]}'));
    exchange.begin(() => () => undefined);
    exchange.answered(status, () => (name) => headers[name]);
    return exchange;
  }

  /** All of an answer, or what of it comes before an error. */
  answer(parts: Iterable<Uint8Array>, headers: Readonly<Record<string, string>>, errorType?: string): void {
    const exchange = this.begin(headers);
    for (const part of parts) exchange.received(part);
    exchange.end(errorType);
  }

  /** What was measured since the last time. */
  take(): Reading {
    const now = this.all();
    const last = this.#last;
    this.#last = now;
    if (last === undefined) return now;
    const kinds = Object.keys(now.tokens).map((kind) => [kind, now.tokens[kind]! - (last.tokens[kind] ?? 0)] as const);
    const counts = Object.keys(COUNTS).map((name) => [
      name,
      now[name as keyof typeof COUNTS] - last[name as keyof typeof COUNTS],
    ]);
    return {
      ...(Object.fromEntries(counts) as Omit<Reading, 'tokens'>),
      tokens: Object.fromEntries(kinds.filter(([, count]) => count !== 0)),
    };
  }

  /** What was measured so far. */
  all(): Reading {
    const samples = samplesOf(this.#registry);
    const sumOf = (wanted: string): number => samples.reduce((sum, { name, value }) => (name === wanted ? sum + value : sum), 0);
    const tokens: Record<string, number> = {};
    for (const { name, attributes, value } of samples) {
      const kind = String(attributes['gen_ai.token.type']);
      if (name === 'llm.tokens' && value > 0) tokens[kind] = (tokens[kind] ?? 0) + value;
    }
    const counts = Object.entries(COUNTS).map(([name, metric]) => [name, sumOf(metric)]);
    return { ...(Object.fromEntries(counts) as Omit<Reading, 'tokens'>), tokens };
  }
}

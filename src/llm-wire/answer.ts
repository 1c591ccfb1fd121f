// Reads what an LLM's answer says of itself as its bytes go by: model, tokens, why it stopped; nothing of what it says to anyone.
import { textOf } from '../core/text.ts';
import type { TokenUsage } from '../core/token-usage.ts';
import { Documents, type Framing } from './documents.ts';
import type { AnswerField, ReadableFormat } from './formats.ts';
import { type FieldValue, JsonFields } from './json-fields.ts';

export interface Answer {
  readonly model?: string | undefined;
  readonly finishReason?: string | undefined;
  /** Undefined if the answer says nothing of tokens. */
  readonly usage?: TokenUsage | undefined;
  /** Whether it tells of an error. */
  readonly isError?: boolean | undefined;
  /** Where there is an error, the provider's word for it. */
  readonly errorType?: string | undefined;
}

/** What OpenAI calls a response that is not complete yet. */
const UNFINISHED: ReadonlySet<unknown> = new Set(['queued', 'in_progress']);

export class ResponseParser {
  readonly #format: ReadableFormat;
  readonly #documents: Documents;
  readonly #found: Partial<Record<AnswerField, FieldValue>>;

  /** `chunk` is called for every event that carries output, with the model if that was told yet. */
  constructor(format: ReadableFormat, framing: Framing, chunk: (model: string | undefined) => void) {
    this.#format = format;
    const fields = new JsonFields(format.answerTree);
    const { found } = fields;
    this.#found = found;
    this.#documents = new Documents(framing, fields, () => {
      if (found.output !== true) return;
      found.output = false;
      if (framing !== 'whole') chunk(textOf(found.model));
    });
  }

  write(bytes: Uint8Array): void {
    this.#documents.write(bytes);
  }

  /** What was found when nothing more comes, or as far as it came. */
  end(): Answer {
    this.#documents.end();
    const { model, finishReason, error, errorType, errorCode } = this.#found;
    return {
      model: textOf(model),
      finishReason: UNFINISHED.has(finishReason) ? undefined : wordOf(finishReason),
      isError: error !== undefined,
      errorType: wordOf(errorCode) ?? wordOf(errorType),
      usage: this.#usage(),
    };
  }

  #usage(): TokenUsage | undefined {
    const { inputExcludesCache, hasNoOutput } = this.#format;
    const cacheRead = this.#count('cacheReadTokens');
    const cacheWrite = this.#count('cacheWriteTokens');
    const reasoning = this.#count('reasoningTokens');
    const input = inputExcludesCache ? sum(this.#count('inputTokens'), cacheRead, cacheWrite) : this.#count('inputTokens');
    const output = hasNoOutput ? undefined : this.#output(input, reasoning);
    if (input === undefined && output === undefined) return undefined;
    return { input, cacheRead, cacheWrite, cacheWriteHour: this.#count('cacheWriteHourTokens'), output, reasoning };
  }

  /** Of those who speak as OpenAI does, xAI counts reasoning apart from the output, which the total gives away. */
  #output(input = 0, reasoning: number | undefined): number | undefined {
    const output = this.#count('outputTokens');
    const apart = sum(output, reasoning);
    const isApart = this.#format.outputExcludesReasoning || this.#count('totalTokens') === sum(input, apart);
    return isApart ? apart : output;
  }

  #count(field: AnswerField): number | undefined {
    const value = this.#found[field];
    return typeof value === 'number' && value >= 0 ? value : undefined;
  }
}

/** Undefined if there is nothing to add up. */
function sum(...counts: (number | undefined)[]): number | undefined {
  return counts.reduce((total, count) => (count === undefined ? total : (total ?? 0) + count), undefined);
}

/** What providers choose from a list; anything else might be a part of what was said. */
function wordOf(value: FieldValue | undefined): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(value) ? value : undefined;
}

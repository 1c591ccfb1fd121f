// Parses the metadata of an LLM's response, chunk by chunk: model, tokens and finish reason; nothing of its content.
import { textOf } from '../core/text.ts';
import type { TokenUsage } from '../core/token-usage.ts';
import { Documents, type Framing } from './documents.ts';
import type { AnswerField, ReadableFormat } from './formats.ts';
import { type FieldValue, JsonFields } from './json-fields.ts';

/** What a response reports of itself. */
export interface Answer {
  readonly model?: string | undefined;
  readonly finishReason?: string | undefined;
  /** Undefined if it reports no tokens. */
  readonly usage?: TokenUsage | undefined;
  /** Whether it is an error. */
  readonly isError?: boolean | undefined;
  /** The provider's code or type of the error. */
  readonly errorType?: string | undefined;
}

/** The status of an OpenAI response that is not complete yet. */
const UNFINISHED: ReadonlySet<unknown> = new Set(['queued', 'in_progress']);

export class ResponseParser {
  readonly #format: ReadableFormat;
  readonly #documents: Documents;
  readonly #found: Partial<Record<AnswerField, FieldValue>>;

  /** Calls `onChunk` for every event that carries output, with the model if it is known by then. */
  constructor(format: ReadableFormat, framing: Framing, onChunk: (model: string | undefined) => void) {
    this.#format = format;
    const fields = new JsonFields(format.answerTree);
    const { found } = fields;
    this.#found = found;
    this.#documents = new Documents(framing, fields, () => {
      if (found.output !== true) return;
      found.output = false;
      if (framing !== 'whole') onChunk(textOf(found.model));
    });
  }

  write(bytes: Uint8Array): void {
    this.#documents.write(bytes);
  }

  /** Ends the response, complete or not, and gives what was found. */
  end(): Answer {
    this.#documents.end();
    const { model, finishReason, error, errorType, errorCode } = this.#found;
    return {
      model: textOf(model),
      finishReason: UNFINISHED.has(finishReason) ? undefined : identifierOf(finishReason),
      isError: error !== undefined,
      errorType: identifierOf(errorCode) ?? identifierOf(errorType),
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

  /** xAI's format is that of OpenAI, but its output tokens exclude those of reasoning: the total shows it. */
  #output(input = 0, reasoning: number | undefined): number | undefined {
    const output = this.#count('outputTokens');
    const withReasoning = sum(output, reasoning);
    const isExcluded = this.#format.outputExcludesReasoning || this.#count('totalTokens') === sum(input, withReasoning);
    return isExcluded ? withReasoning : output;
  }

  #count(field: AnswerField): number | undefined {
    const value = this.#found[field];
    return typeof value === 'number' && value >= 0 ? value : undefined;
  }
}

/** Of the counts that are known; undefined if none is. */
function sum(...counts: (number | undefined)[]): number | undefined {
  return counts.reduce((total, count) => (count === undefined ? total : (total ?? 0) + count), undefined);
}

/** An identifier such as `end_turn`; anything else might be a part of the content. */
function identifierOf(value: FieldValue | undefined): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(value) ? value : undefined;
}

// Reads what an LLM's answer says of itself as its bytes go by: model, tokens, why it stopped; nothing of what it says to anyone.
import type { TokenUsage } from '../domains/llm-usage.ts';
import { Documents, type Framing } from './documents.ts';
import type { AnswerField, ReadableFormat } from './formats.ts';
import { type FieldValue, JsonFields } from './json-fields.ts';

export interface Answer {
  readonly model?: string | undefined;
  readonly finishReason?: string | undefined;
  /** Undefined if the answer says nothing of tokens. */
  readonly usage?: TokenUsage | undefined;
  /** The provider's word for what went wrong. */
  readonly errorType?: string | undefined;
}

export class AnswerReader {
  readonly #format: ReadableFormat;
  readonly #documents: Documents;
  readonly #found: Partial<Record<AnswerField, FieldValue>> = {};

  /** `chunk` is called for every event that carries output, with the model if that was told yet. */
  constructor(format: ReadableFormat, framing: Framing, chunk: (model: string | undefined) => void) {
    this.#format = format;
    const fields = new JsonFields(format.answerTree, (field, value) => {
      this.#found[field] = value;
    });
    this.#documents = new Documents(framing, fields, () => {
      const { output } = this.#found;
      delete this.#found.output;
      if (framing !== 'whole' && output !== undefined && output !== '') chunk(textOf(this.#found.model));
    });
  }

  write(bytes: Uint8Array): void {
    this.#documents.write(bytes);
  }

  /** What was found when nothing more comes, or as far as it came. */
  end(): Answer {
    this.#documents.end();
    const { model, finishReason, errorType, errorCode } = this.#found;
    return {
      model: textOf(model),
      finishReason: wordOf(finishReason),
      errorType: wordOf(errorCode) ?? wordOf(errorType),
      usage: this.#usage(),
    };
  }

  #usage(): TokenUsage | undefined {
    const { inputExcludesCache, outputExcludesReasoning, hasNoOutput } = this.#format;
    const cacheRead = this.#count('cacheReadTokens');
    const cacheWrite = this.#count('cacheWriteTokens');
    const reasoning = this.#count('reasoningTokens');
    const input = this.#count('inputTokens');
    const output = this.#count('outputTokens');
    if (input === undefined && output === undefined) return undefined;
    return {
      input: inputExcludesCache ? sum(input, cacheRead, cacheWrite) : input,
      cacheRead,
      cacheWrite,
      cacheWriteHour: this.#count('cacheWriteHourTokens'),
      output: hasNoOutput ? undefined : outputExcludesReasoning ? sum(output, reasoning) : output,
      reasoning,
    };
  }

  #count(field: AnswerField): number | undefined {
    const value = this.#found[field];
    return typeof value === 'number' && value >= 0 ? value : undefined;
  }
}

function sum(first: number | undefined, ...more: (number | undefined)[]): number | undefined {
  return first === undefined ? undefined : more.reduce<number>((total, value) => total + (value ?? 0), first);
}

function textOf(value: FieldValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What providers choose from a list; anything else might be a part of what was said. */
function wordOf(value: FieldValue | undefined): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(value) ? value : undefined;
}

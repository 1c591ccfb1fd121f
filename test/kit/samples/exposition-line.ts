// The parts of one line of a metrics page: names, labels, numbers, escapes and exemplars, as the text formats define them.
import type { ParsedExemplar } from './parse-exposition.ts';

export const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;

/** Reads a line from left to right. */
export class LineCursor {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  peek(): string {
    return this.#line.charAt(this.#at);
  }

  expect(text: string): void {
    if (!this.#line.startsWith(text, this.#at)) throw new Error(`${JSON.stringify(text)} is missing at ${this.#at}`);
    this.#at += text.length;
  }

  match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#line) ?? [];
    if (found === undefined) throw new Error(`not ${pattern} at ${this.#at}`);
    this.#at += found.length;
    return found;
  }

  quoted(): string {
    const text = this.match(/"(?:[^"\\]|\\[\\"n])*"/y);
    return unescaped(text.slice(1, -1), /\\(.)/gs);
  }

  rest(): string {
    const rest = this.#line.slice(this.#at);
    this.#at = this.#line.length;
    return rest;
  }

  series(): { name: string; labels: Record<string, string> } {
    if (this.peek() !== '{') {
      const name = this.match(METRIC_NAME);
      return { name, labels: this.peek() === '{' ? this.labels(undefined) : {} };
    }
    let name: string | undefined;
    const labels = this.labels((quoted) => {
      name = quoted;
    });
    if (name === undefined) throw new Error('a series without a name');
    return { name, labels };
  }

  /** The labels between braces. The first item may be a quoted text without a value: that is the metric's name. */
  labels(takeName: ((name: string) => void) | undefined): Record<string, string> {
    const labels: [string, string][] = [];
    this.expect('{');
    let mayName = takeName;
    while (this.peek() !== '}') {
      const isQuoted = this.peek() === '"';
      const name = isQuoted ? this.quoted() : this.match(LABEL_NAME);
      if (isQuoted && this.peek() !== '=' && mayName !== undefined) {
        mayName(name);
      } else {
        this.expect('=');
        if (labels.some(([other]) => other === name) || name === '__name__') throw new Error(`label ${name} is there already`);
        const value = this.quoted();
        if (value === '') throw new Error(`label ${name} has no value`);
        labels.push([name, value]);
      }
      mayName = undefined;
      if (this.peek() !== '}') this.expect(',');
    }
    this.expect('}');
    return Object.fromEntries(labels);
  }
}

export function unescaped(text: string, pattern: RegExp): string {
  return text.replace(pattern, (whole, escaped: string | undefined) => {
    if (escaped === undefined) throw new Error('a quote that is not escaped');
    if (escaped === 'n') return '\n';
    if (escaped === '\\' || escaped === '"') return escaped;
    throw new Error(`the escape ${whole}`);
  });
}

export function numberOf(text: string): number {
  if (text === 'NaN') return Number.NaN;
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw new Error(`${text} is no number`);
  return Number(text);
}

const MOST_EXEMPLAR_CHARACTERS = 128;

export function exemplarOf(cursor: LineCursor): ParsedExemplar {
  cursor.expect(' # ');
  const labels = cursor.labels(undefined);
  if (Object.entries(labels).flat().join('').length > MOST_EXEMPLAR_CHARACTERS)
    throw new Error('an exemplar of more than 128 characters');
  cursor.expect(' ');
  const value = numberOf(cursor.match(/[^ ]+/y));
  if (cursor.peek() !== ' ') return { labels, value, timestampSeconds: undefined };
  cursor.expect(' ');
  return { labels, value, timestampSeconds: numberOf(cursor.match(/[^ ]+/y)) };
}

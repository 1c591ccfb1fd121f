// Redacts the text of settings for a log line: nothing confidential, and nothing that breaks the line.
import type { Setting } from './setting.ts';

/** Not as the character itself, for which V8 would keep all of the package's file in two bytes a character, and compile it slower. */
const ELLIPSIS = String.fromCodePoint(0x2026);

const LONGEST = 80;

/** The text in quotes, on one line, without control characters and cut where a reader has seen enough. */
export function quote(text: string): string {
  const shortened = text.length > LONGEST ? `${text.slice(0, LONGEST)}${ELLIPSIS}` : text;
  return JSON.stringify(shortened).replace(/[\u007f-\u009f\u2028\u2029]/g, escapeCode);
}

/** The text of an endpoint without what may be confidential: user, password, query and fragment. */
export function withoutCredentials(text: string): string {
  const url = /^https?:/i.test(text) ? URL.parse(text) : null;
  if (url === null) return /[@?#]/.test(text) ? '(not shown)' : text;
  return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : `?${ELLIPSIS}`}`;
}

/** A text as it may be shown in a problem or a summary. */
export function shownText({ parser, secret = false }: Setting, text: string): string {
  if (secret) return '(not shown)';
  return parser.show?.(text) ?? text;
}

/** The default for a reader of the reference or of a problem. */
export function defaultInWords(setting: Setting): string {
  return setting.unset ?? setting.fallback ?? '';
}

function escapeCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

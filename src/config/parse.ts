// Parsers of single values: booleans, numbers, choices, paths, hosts and endpoints.
import { LIVENESS_PATH, READINESS_PATH } from '../core/http/health-paths.ts';
import { withoutCredentials } from './redaction.ts';
import type { Parser } from './setting.ts';

/** The longest delay of a timer: beyond it, `setTimeout` fires at once. */
const MAX_MILLIS = 2 ** 31 - 1;

/** A parser that accepts or rejects the whole text. */
function accepting<T>(accepts: string, read: (text: string) => T | undefined): Parser<T> {
  return {
    accepts,
    parse(text, { reject }) {
      const result = read(text);
      if (result === undefined) reject(text, accepts);
      return result;
    },
  };
}

/** Text that matches an expression, unchanged. */
export function matching(accepts: string, expression: RegExp): Parser<string> {
  return accepting(accepts, (text) => (expression.test(text) ? text : undefined));
}

/** `true` and `false` in any case and nothing else: the environment variable specification 1.56 allows no other words. */
export const boolean = accepting('true or false', (text) => {
  const word = text.toLowerCase();
  return word === 'true' || (word === 'false' ? false : undefined);
});

/** Any text at all. */
export const anyText = accepting('text', (text) => text);

export function integer(min: number, max: number, what = 'a whole number'): Parser<number> {
  return accepting(`${what} from ${min} to ${max}`, (text) => integerWithin(text, min, max));
}

export function integerWithin(text: string, min: number, max: number): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  return number >= min && number <= max ? number : undefined;
}

export function milliseconds(min: 0 | 1): Parser<number> {
  return integer(min, MAX_MILLIS, 'a whole number of milliseconds');
}

/** Seconds from `min` on, fractions included. */
export function seconds(min: number): Parser<number> {
  return accepting(`a number of seconds from ${min} to ${MAX_MILLIS / 1000}`, (text) => {
    const number = decimal(text);
    return number !== undefined && number >= min && number <= MAX_MILLIS / 1000 ? number : undefined;
  });
}

/** A number between 0 and 1, both included. */
export const ratio = accepting('a number from 0 to 1', (text) => {
  const number = decimal(text);
  return number !== undefined && number >= 0 && number <= 1 ? number : undefined;
});

/** A finite number in decimal notation; undefined for anything else that JavaScript would take for one. */
export function decimal(text: string): number | undefined {
  const number = /^[-+.\deE]+$/.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** One of a few words in any case, as the specification advises; the value is the word as it is listed. */
export function oneOf<const T extends string>(...words: readonly T[]): Parser<T> {
  return accepting(`one of ${words.join(', ')}`, (text) => wordOf(words, text));
}

export function wordOf<T extends string>(words: readonly T[], text: string): T | undefined {
  const lowered = text.toLowerCase();
  return words.find((word) => word.toLowerCase() === lowered);
}

/** The host to listen on, as `net.Server.listen` takes it: without scheme, port or path. */
export const host = accepting('a host name or an IP address', (text) => (isHost(text) ? text : undefined));

function isHost(text: string): boolean {
  if (text.includes(':')) return process.getBuiltinModule('node:net').isIPv6(text);
  return /^[A-Za-z0-9][\w.-]*$/.test(text);
}

/** The path of the metrics page; the health checks keep their own. */
export const metricsPath = accepting(`an absolute path such as /metrics, and not ${LIVENESS_PATH} or ${READINESS_PATH}`, (text) =>
  /^\/[\w\-.~!$&'()*+,;=:@%/]*$/.test(text) && text !== LIVENESS_PATH && text !== READINESS_PATH ? text : undefined,
);

/** The endpoint of OTLP. A URL may hold credentials, so only its harmless parts are ever shown. */
export const endpoint: Parser<string> = {
  ...accepting('an http:// or https:// URL, or for grpc also host:port', (text) =>
    isHttpUrl(text) || isGrpcTarget(text) ? text : undefined,
  ),
  show: withoutCredentials,
};

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(text) && URL.canParse(text);
}

function isGrpcTarget(text: string): boolean {
  return /^(dns:|unix:)[^\s]+$/.test(text) || /^([\w.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/.test(text);
}

// What can be told as a text: libraries and answers may hold anything where one is expected.

/** The text; undefined if it is none, or empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

// Texts from values of libraries and responses, which may hold anything where a text is expected.

/** The text; undefined if it is none, or empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

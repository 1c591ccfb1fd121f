// Reads a string from a value of unknown type, such as a field of a response.

/** The string; undefined if the value is not a string or is empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

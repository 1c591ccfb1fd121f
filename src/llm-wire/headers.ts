// Headers of requests and responses as undici gives them: names and values in turn, as text or bytes.

/** Gives a header by its lower-case name. */
export type HeaderOf = (name: string) => string | undefined;

/** Goes through the headers once, however many are looked up. */
export function headersOf(headers: unknown): HeaderOf {
  const values = new Map<string, string>();
  if (Array.isArray(headers))
    for (let index = 0; index + 1 < headers.length; index += 2)
      values.set(String(headers[index]).toLowerCase(), String(headers[index + 1]));
  return (name) => values.get(name);
}

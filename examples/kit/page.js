// Fetches and parses a /metrics page, aggregates its samples, and formats them as lines of text.

const SAMPLE = /^([a-zA-Z_]+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;

/** The text of a page; rejects if it does not arrive within 5 s. */
export async function fetchPage(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

/** Parses a page into samples, each with its name, labels and value. */
export function samplesOf(page) {
  return page.split('\n').flatMap((line) => {
    const found = SAMPLE.exec(line);
    if (found === null) return [];
    const labels = Object.fromEntries([...(found[2] ?? '').matchAll(LABEL)].map(([, key, value]) => [key, value]));
    return [{ name: found[1], labels, value: Number(found[3]) }];
  });
}

/** Sums the samples of one name by a key made from their labels, sorted by the key. */
export function sumsBy(samples, name, keyOf) {
  const sums = new Map();
  for (const { labels, value } of samples.filter((sample) => sample.name === name))
    sums.set(keyOf(labels), (sums.get(keyOf(labels)) ?? 0) + value);
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The sum of all samples of one name. */
export function total(samples, name) {
  return sumsBy(samples, name, () => '').reduce((sum, [, value]) => sum + value, 0);
}

/** One line per key of a histogram of seconds: the count and the average. */
export function durations(samples, family, keyOf) {
  const sums = new Map(sumsBy(samples, `${family}_sum`, keyOf));
  return sumsBy(samples, `${family}_count`, keyOf).map(
    ([key, count]) => `${row(key, count)} × ${((1000 * sums.get(key)) / count).toFixed(1).padStart(7)} ms`,
  );
}

/** One line per key of a counter or a gauge. */
export function numbers(samples, name, keyOf) {
  return sumsBy(samples, name, keyOf).map(([key, value]) => row(key, value));
}

/** A name and a number, aligned in columns. */
export function row(name, number) {
  return `  ${name.padEnd(48)}${String(number).padStart(6)}`;
}

// Reads a /metrics page and puts what was measured into a few lines for a person.

const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;

/** Renders requests by route, calls out, and the state of the process. */
export function summarise(page) {
  const samples = page.split('\n').flatMap((line) => {
    const found = SAMPLE.exec(line);
    if (found === null) return [];
    const labels = Object.fromEntries([...(found[2] ?? '').matchAll(LABEL)].map(([, key, value]) => [key, value]));
    return [{ name: found[1], labels, value: Number(found[3]) }];
  });
  const served = table(
    samples,
    'http_server_request_duration_seconds',
    ({ http_request_method, http_route, http_response_status_code }) =>
      [http_request_method, http_route ?? '(no route)', http_response_status_code].join(' '),
  );
  const sent = table(
    samples,
    'http_client_request_duration_seconds',
    ({ http_request_method, server_address, http_response_status_code }) =>
      [http_request_method, server_address, http_response_status_code ?? 'failed'].join(' '),
  );
  const value = (name) => samples.find((sample) => sample.name === name)?.value ?? Number.NaN;
  return [
    'Requests served',
    ...served,
    '',
    'Requests sent',
    ...sent,
    '',
    `Event loop busy ${(100 * value('nodejs_eventloop_utilization_ratio')).toFixed(1)} %, ${samples.length} samples on the page`,
  ].join('\n');
}

function table(samples, family, keyOf) {
  const rows = new Map();
  for (const { name, labels, value } of samples) {
    const part = name === `${family}_count` ? 'count' : name === `${family}_sum` ? 'sum' : undefined;
    if (part === undefined) continue;
    const key = keyOf(labels);
    const row = rows.get(key) ?? { count: 0, sum: 0 };
    row[part] += value;
    rows.set(key, row);
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, { count, sum }]) =>
        `  ${key.padEnd(48)}${String(count).padStart(6)} × ${((1000 * sum) / count).toFixed(1).padStart(7)} ms`,
    );
}

// Simulates the visitors of a demo: sends requests from a weighted list at a fixed interval.

const DEFAULT_PATIENCE_MILLIS = 5000;

/**
 * Sends a request at every interval, until the returned function is called, which waits for pending ones. A visit is
 * `{ times, method, path, body, patienceMillis }`: `times` is its weight, `path` and `body` are called for each request, and
 * the visitor disconnects after `patienceMillis`.
 */
export function sendVisitors(url, visits, everyMillis) {
  const round = visits.flatMap((visit) => Array(visit.times).fill(visit));
  const pending = new Set();
  let next = 0;
  const timer = setInterval(() => {
    // Steps of seven mix the visits, and reach all of them unless the length of the round is a multiple of seven.
    const request = sendRequest(url, round[next]).finally(() => pending.delete(request));
    next = (next + 7) % round.length;
    pending.add(request);
  }, everyMillis);
  return async () => {
    clearInterval(timer);
    await Promise.all(pending);
  };
}

async function sendRequest(url, { method, path, body, patienceMillis = DEFAULT_PATIENCE_MILLIS }) {
  const content = body && { body: JSON.stringify(body()), headers: { 'content-type': 'application/json' } };
  try {
    const answer = await fetch(url + path(), { method, ...content, signal: AbortSignal.timeout(patienceMillis) });
    await answer.arrayBuffer();
  } catch {
    // The visitor lost patience, or the application did not answer.
  }
}

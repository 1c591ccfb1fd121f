// The visitors of a demo: each pays one visit, as the demo lists them; all of them together pay each as often as it says.

const PATIENCE_MILLIS = 5000;

/**
 * Sends visitors until it is called back, which waits for those under way. A visit is `{ times, method, path, body, patienceMillis }`,
 * where `path` and `body` give what is new at each visit.
 */
export function sendVisitors(url, visits, everyMillis) {
  const round = visits.flatMap((visit) => Array(visit.times).fill(visit));
  const underWay = new Set();
  let next = 0;
  const timer = setInterval(() => {
    // Steps of seven mix them; they leave out none unless seven divides the number of visits.
    const visit = pay(url, round[next]).finally(() => underWay.delete(visit));
    next = (next + 7) % round.length;
    underWay.add(visit);
  }, everyMillis);
  return async () => {
    clearInterval(timer);
    await Promise.all(underWay);
  };
}

async function pay(url, { method, path, body, patienceMillis = PATIENCE_MILLIS }) {
  const content = body && { body: JSON.stringify(body()), headers: { 'content-type': 'application/json' } };
  try {
    const answer = await fetch(url + path(), { method, ...content, signal: AbortSignal.timeout(patienceMillis) });
    await answer.arrayBuffer();
  } catch {
    // One who loses patience, or whom the application does not answer, goes away.
  }
}

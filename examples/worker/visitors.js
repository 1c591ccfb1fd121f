// The visitors of the photo shop: they look at products, order, have albums made; now and then a newsletter goes out.

/** Of twenty visits in a row; many look at few products. */
const VISITS = [
  [10, 'GET', () => `/products/${Math.floor(40 * Math.random() ** 3)}`],
  [5, 'POST', () => '/orders', () => ({ sku: String(Math.floor(40 * Math.random() ** 3)), isExpress: Math.random() < 0.2 })],
  [2, 'POST', () => '/reminders', () => ({ inMillis: 1000 + Math.floor(2000 * Math.random()) })],
  [2, 'POST', () => '/albums', () => ({ photos: ['beach', 'dog', 'sunset'] })],
  [1, 'POST', () => '/newsletters', () => ({ readers: ['ann', 'ben', 'cleo', 'dan'] })],
].flatMap(([times, ...visit]) => Array(times).fill(visit));

/** Sends visitors until it is called back, which waits for those under way. */
export function sendVisitors(url, everyMillis) {
  const underWay = new Set();
  let next = 0;
  const timer = setInterval(() => {
    // Steps of seven go through all twenty, and mix them.
    const visit = visitTo(url, VISITS[next]).finally(() => underWay.delete(visit));
    next = (next + 7) % VISITS.length;
    underWay.add(visit);
  }, everyMillis);
  return async () => {
    clearInterval(timer);
    await Promise.all(underWay);
  };
}

async function visitTo(url, [method, path, body]) {
  const content = body && { body: JSON.stringify(body()), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(url + path(), { method, ...content, signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  await answer?.arrayBuffer();
}

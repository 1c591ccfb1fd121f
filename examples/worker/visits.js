// The requests of visitors of the photo shop: products, orders, reminders, albums and newsletters.

/** Mostly the same few products, so that the cache has hits. */
const sku = () => String(Math.floor(40 * Math.random() ** 3));

export const VISITS = [
  { times: 10, method: 'GET', path: () => `/products/${sku()}` },
  { times: 5, method: 'POST', path: () => '/orders', body: () => ({ sku: sku(), isExpress: Math.random() < 0.2 }) },
  { times: 2, method: 'POST', path: () => '/reminders', body: () => ({ inMillis: 1000 + Math.floor(2000 * Math.random()) }) },
  { times: 2, method: 'POST', path: () => '/albums', body: () => ({ photos: ['beach', 'dog', 'sunset'] }) },
  { times: 1, method: 'POST', path: () => '/newsletters', body: () => ({ readers: ['ann', 'ben', 'cleo', 'dan'] }) },
];

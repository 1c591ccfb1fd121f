// Why people come to the photo shop: they look at products, order, have albums made; now and then a newsletter goes out.

/** Many look at few products. */
const sku = () => String(Math.floor(40 * Math.random() ** 3));

export const VISITS = [
  { times: 10, method: 'GET', path: () => `/products/${sku()}` },
  { times: 5, method: 'POST', path: () => '/orders', body: () => ({ sku: sku(), isExpress: Math.random() < 0.2 }) },
  { times: 2, method: 'POST', path: () => '/reminders', body: () => ({ inMillis: 1000 + Math.floor(2000 * Math.random()) }) },
  { times: 2, method: 'POST', path: () => '/albums', body: () => ({ photos: ['beach', 'dog', 'sunset'] }) },
  { times: 1, method: 'POST', path: () => '/newsletters', body: () => ({ readers: ['ann', 'ben', 'cleo', 'dan'] }) },
];

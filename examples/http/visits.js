// The requests of visitors of the shop, and of a scanner that probes random paths.
export const VISITS = [
  { times: 1, method: 'GET', path: () => '/' },
  { times: 1, method: 'GET', path: () => '/api/v1/products' },
  { times: 1, method: 'GET', path: () => `/api/v2/products/${Math.ceil(Math.random() * 10)}` },
  { times: 1, method: 'POST', path: () => '/orders', body: () => ({ sku: 'tea' }) },
  { times: 1, method: 'GET', path: () => `/reports/${2000 + Math.floor(Math.random() * 26)}` },
  { times: 1, method: 'GET', path: () => `/wp-admin/${Math.random().toString(36).slice(2)}` },
];

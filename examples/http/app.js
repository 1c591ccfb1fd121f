// A small shop on Express that knows nothing of metrics: pages, a nested API, a slow report, an unreliable supplier.
import { createServer } from 'node:http';
import express from 'express';

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

const supplier = createServer((request, response) => {
  const out = request.url.endsWith('7');
  response.writeHead(out ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ inStock: !out }));
});
await new Promise((resolve) => supplier.listen(0, '127.0.0.1', resolve));
const supplierUrl = `http://127.0.0.1:${supplier.address().port}`;

const products = express.Router({ mergeParams: true });
products.get('/', (request, response) => {
  response.json([{ sku: 'tea' }, { sku: 'cup' }]);
});
products.get('/:sku', async (request, response) => {
  const answer = await fetch(`${supplierUrl}/stock/${request.params.sku}`);
  if (!answer.ok) throw Object.assign(new Error('the supplier is out'), { status: 502 });
  response.json({ sku: request.params.sku, ...(await answer.json()) });
});

const app = express();
app.use(express.json());
app.get('/', (request, response) => {
  response.send('<h1>A shop</h1>');
});
app.use('/api/:version/products', products);
app.post('/orders', async (request, response) => {
  await pause(Math.random() * 30);
  response.status(201).json({ order: 1, ...request.body });
});
app.get('/reports/:year', async (request, response) => {
  await pause(100 + Math.random() * 200);
  response.json({ year: request.params.year, sold: 42 });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`shop on http://127.0.0.1:${server.address().port}`);
});
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  supplier.close();
  supplier.closeAllConnections();
});

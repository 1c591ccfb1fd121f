// A small shop on Express without a line about metrics: pages, a nested router, a slow report, an unreliable supplier.
import express from 'express';

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

const supplier = express();
supplier.get('/stock/:sku', (request, response) => {
  const isOut = request.params.sku.endsWith('7');
  response.status(isOut ? 503 : 200).json({ inStock: !isOut });
});
const supplierServer = supplier.listen(0, '127.0.0.1');

const products = express.Router({ mergeParams: true });
products.get('/', (request, response) => {
  response.json([{ sku: 'tea' }, { sku: 'cup' }]);
});
products.get('/:sku', async (request, response) => {
  const answer = await fetch(`http://127.0.0.1:${supplierServer.address().port}/stock/${request.params.sku}`);
  if (!answer.ok) return response.status(502).json({ error: 'the supplier is out' });
  return response.json({ sku: request.params.sku, ...(await answer.json()) });
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
  for (const each of [server, supplierServer]) {
    each.close();
    each.closeAllConnections();
  }
});

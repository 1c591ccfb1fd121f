// The API of a photo shop without a line about metrics: it responds at once and queues the work.
import { FlowProducer, Queue } from 'bullmq';
import express from 'express';
import { KEPT, settings } from '../kit/bullmq.js';
import { productOf } from './products.js';
import { ALBUMS, MAIL, ORDERS } from './queues.js';

const orders = new Queue(ORDERS, {
  ...settings,
  defaultJobOptions: { ...KEPT, attempts: 3, backoff: { type: 'exponential', delay: 200 } },
});
const mail = new Queue(MAIL, { ...settings, defaultJobOptions: KEPT });
const albums = new FlowProducer(settings);

const app = express();
app.use(express.json());
app.get('/products/:sku', async (request, response) => {
  response.json(await productOf(request.params.sku));
});

let taken = 0;
app.post('/orders', async (request, response) => {
  const { price } = await productOf(request.body.sku);
  taken += 1;
  const options = request.body.isExpress ? { priority: 1 } : { priority: 10 };
  await orders.add('charge', { order: taken, price }, options);
  response.status(202).json({ order: taken });
});
app.post('/newsletters', async (request, response) => {
  const letters = request.body.readers.map((reader) => ({ name: 'newsletter', data: { reader } }));
  await mail.addBulk(letters);
  response.status(202).json({ letters: letters.length });
});
app.post('/reminders', async (request, response) => {
  await mail.add('reminder', {}, { delay: request.body.inMillis });
  response.status(202).json({});
});
app.post('/albums', async (request, response) => {
  const children = request.body.photos.map((photo) => ({
    name: 'thumbnail',
    queueName: ALBUMS,
    data: { photo },
    opts: KEPT,
  }));
  await albums.add({ name: 'album', queueName: ALBUMS, opts: KEPT, children });
  response.status(202).json({ photos: children.length });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`api on http://127.0.0.1:${server.address().port}`);
});
process.on('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await Promise.all([orders.close(), mail.close(), albums.close()]);
  settings.connection.disconnect();
});

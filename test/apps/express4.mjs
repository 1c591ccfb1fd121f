// An ordinary Express 4 application as an ES module: nested routers, every kind of path, and every way that a request can fail.
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express4';

const say = (text) => (request, response) => {
  response.send(text);
};

const users = Router({ mergeParams: true });
users.get('/', say('all'));
users.get('/:id', (request, response) => {
  response.json(request.params);
});
users.route('/:id/orders').get(say('orders')).post(say('ordered'));

const tenants = Router({ mergeParams: true });
tenants.use((request, response, next) => next());
tenants.use('/users', users);

const shop = express();
shop.get('/items/:sku', say('item'));

const app = express();
app.use(express.json());
app.use('/assets', express.static(fileURLToPath(new URL('public', import.meta.url))));
app.get('/', say('home'));
app.get('/health', say('ok'));
app.get('/about/', say('about'));
app.use('/api/:tenant', tenants);
app.use('/shop', shop);
app.use(['/v1', '/v2'], Router().get('/things', say('things')));
app.get(['/red', '/blue/:shade'], say('colour'));
app.get(/^\/item-(\d+)$/, say('numbered'));
app.get('/files/*', say('file'));
app.get('/opt/:maybe?', say('optional'));
app.all('/any', say('any'));
app.get('/passed', (request, response, next) => next());
app.get('/skipped/:id', (request, response, next) => next('route'));
app.get('/skipped/me', say('not skipped'));
app.get('/answered', (request, response, next) => {
  response.send('first');
  next();
});
app.get('/fail', () => {
  throw new Error('failed on purpose');
});
app.get('/reject', (request, response, next) => {
  next(Object.assign(new Error('rejected on purpose'), { status: 503 }));
});
app.post('/orders', (request, response) => {
  if (typeof request.body?.sku !== 'string') return response.status(400).json({ error: 'sku is missing' });
  return response.status(201).json(request.body);
});
app.use('/private', (request, response) => {
  response.status(401).send('who are you?');
});
app.use((error, request, response, _next) => {
  response.status(error.status ?? 500).send(error.message);
});

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port }));
});

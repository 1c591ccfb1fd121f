// An ordinary Hono application on its Node server, in CommonJS: sub-applications, middleware that refuses, files, errors.
const { join } = require('node:path');
const { serve } = require('@hono/node-server');
const { serveStatic } = require('@hono/node-server/serve-static');
const { Hono } = require('hono');
const { HTTPException } = require('hono/http-exception');
const { validator } = require('hono/validator');

const say = (text) => (context) => context.text(text);

const users = new Hono();
users.get('/', say('all'));
users.get('/:id', (context) => context.json(context.req.param()));
users.get('/:id/orders', say('orders'));

const admin = new Hono().basePath('/private');
admin.use(async (context, next) => {
  if (!context.req.header('authorization')) throw new HTTPException(401, { message: 'who are you?' });
  await next();
});
admin.get('/:id', say('private'));

const app = new Hono();
app.use(async (context, next) => {
  await next();
  context.header('x-served-by', 'hono');
});
app.use(
  '/assets/*',
  serveStatic({ root: join(__dirname, 'public'), rewriteRequestPath: (path) => path.slice('/assets'.length) }),
);
app.get('/', say('home'));
app.get('/health', say('ok'));
app.route('/api/:tenant/users', users);
app.route('/', admin);
app.on('GET', ['/red', '/blue/:shade'], say('colour'));
app.get('/item/:number{[0-9]+}', say('numbered'));
app.get('/files/*', say('file'));
app.all('/any', say('any'));
app.get('/passed', async (context, next) => {
  await next();
});
app.get('/mine/me', say('me'));
app.get('/mine/:id', say('mine'));
app.get('/fail', () => {
  throw new HTTPException(500, { message: 'failed on purpose' });
});
const order = validator('json', (value, context) =>
  typeof value.sku === 'string' ? value : context.text('sku is missing', 400),
);
app.post('/orders', order, (context) => context.json(context.req.valid('json'), 201));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 0), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(JSON.stringify({ port }));
});

// An ordinary Koa application in CommonJS: nested routers with prefixes, middleware that refuses, errors of every kind.
const Router = require('@koa/router');
const Koa = require('koa');

const say = (text) => (context) => {
  context.body = text;
};

const users = new Router();
users.get('/', say('all'));
users.get('/:id', (context) => {
  context.body = context.params;
});
users.get('/:id/orders', say('orders'));

const tenants = new Router({ prefix: '/api/:tenant' });
tenants.use((context, next) => next());
tenants.use('/users', users.routes(), users.allowedMethods());

const guarded = new Router({ prefix: '/private' });
guarded.use(async (context, next) => {
  if (!context.get('authorization')) context.throw(401, 'who are you?');
  await next();
});
guarded.get('/:id', say('private'));

const router = new Router();
router.get('/', say('home'));
router.get('/health', say('ok'));
router.get(['/red', '/blue/:shade'], say('colour'));
router.get(/^\/item-(\d+)$/, say('numbered'));
router.get('/files/*path', say('file'));
router.all('/any', say('any'));
router.get('/passed', (context, next) => next());
router.get('/mine/me', say('me'));
router.get('/mine/:id', say('mine'));
router.get('/fail', () => {
  throw new Error('failed on purpose');
});
router.post('/orders', (context) => {
  context.throw(400, 'sku is missing');
});

const app = new Koa();
app.silent = true;
app.use(async (context, next) => {
  await next();
  context.set('x-served-by', 'koa');
});
for (const each of [tenants, guarded, router]) app.use(each.routes()).use(each.allowedMethods());

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port }));
});

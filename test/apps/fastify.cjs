// An ordinary Fastify application in CommonJS: plugins with prefixes, and every way that a request can fail early or late.
const Fastify = require('fastify');

const say = (text) => async () => text;

const app = Fastify();

app.addHook('onRequest', async (request, reply) => {
  if (request.url.startsWith('/private') && !request.headers.authorization) await reply.code(401).send('who are you?');
});

async function users(scope) {
  scope.get('/', say('all'));
  scope.get('/:id', async (request) => request.params);
  scope.get('/:id/orders', say('orders'));
}

app.get('/', say('home'));
app.get('/health', say('ok'));
app.get('/about/', say('about'));
app.register(async (scope) => scope.register(users, { prefix: '/users' }), { prefix: '/api/:tenant' });
app.get('/item-:number(^\\d+$)', say('numbered'));
app.get('/files/*', say('file'));
app.route({ method: ['GET', 'POST'], url: '/any', handler: say('any') });
app.get('/private/:id', say('private'));
app.get('/fail', async () => {
  throw new Error('failed on purpose');
});
const order = { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } };
app.post('/orders', { schema: { body: order } }, async (request, reply) => {
  reply.code(201);
  return request.body;
});
app.register(
  async (scope) => {
    scope.setNotFoundHandler((request, reply) => reply.code(404).send('nothing here either'));
    scope.get('/things', say('things'));
  },
  { prefix: '/v1' },
);

app.listen({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1' }).then(() => {
  console.log(JSON.stringify({ port: app.server.address().port }));
});

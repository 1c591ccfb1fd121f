// The hello world on Express 5 with express-prom-bundle, set up as in its README, with the path normalised to the route.
const { createServer } = require('node:http');
const express = require('express');
const promBundle = require('express-prom-bundle');
const serve = require('./serve.cjs');

const app = express();
app.use(promBundle({ includeMethod: true, includePath: true, normalizePath: [['^/users/.*', '/users/:id']] }));
app.get('/users/:id', (request, response) => {
  response.send(`hello ${request.params.id}`);
});
serve(createServer(app));

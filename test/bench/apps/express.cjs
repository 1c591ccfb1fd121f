// A hello world with one parameter, on Express 5.
const { createServer } = require('node:http');
const express = require('express');
const serve = require('./serve.cjs');

const app = express();
app.get('/users/:id', (request, response) => {
  response.send(`hello ${request.params.id}`);
});
serve(createServer(app));

// A hello world with one parameter, on node:http without a framework.
const { createServer } = require('node:http');
const serve = require('./serve.cjs');

serve(
  createServer((request, response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(`hello ${request.url.slice('/users/'.length)}`);
  }),
);

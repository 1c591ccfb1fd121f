// The same on node:http, with the middleware of express-prom-bundle in front, which needs nothing of Express.
const { createServer } = require('node:http');
const promBundle = require('express-prom-bundle');
const serve = require('./serve.cjs');

const measure = promBundle({ includeMethod: true, includePath: true, normalizePath: [['^/users/.*', '/users/:id']] });
serve(
  createServer((request, response) => {
    measure(request, response, () => {
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      response.end(`hello ${request.url.slice('/users/'.length)}`);
    });
  }),
);

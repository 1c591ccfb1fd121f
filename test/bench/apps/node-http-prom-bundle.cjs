// The hello world on node:http, behind the middleware of express-prom-bundle, which works without Express.
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

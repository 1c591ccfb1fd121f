// A simulated LLM provider: streams the same response of a hundred events to every POST, and answers other requests with JSON.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EVENTS } from './events.ts';

const parts = EVENTS.map((event) => Buffer.from(event));

const server = createServer((request, response) => {
  request.resume();
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'application/json').end('{"it":"is fine"}');
    return;
  }
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const part of parts) response.write(part);
    response.end();
  });
});

server.listen(0, '127.0.0.1', () => process.send!({ value: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());

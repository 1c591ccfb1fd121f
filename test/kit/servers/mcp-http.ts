// Serves MCP over HTTP on the loopback address, by each of the transports that the SDKs have.
import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { listen } from '../apps/http-traffic.ts';
import { type McpSdk, toolServer } from '../apps/mcp-sdks.ts';

const require = createRequire(import.meta.url);

export interface McpHttpServer {
  readonly url: URL;
  /** Ends every connection. */
  close(): Promise<void>;
}

async function serve(listener: RequestListener, path = '/mcp'): Promise<McpHttpServer> {
  const server: Server = createServer(listener);
  const port = await listen(server);
  return {
    url: new URL(`http://127.0.0.1:${port}${path}`),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One session, on a transport that speaks Request and Response. */
export async function serveWebTransport(sdk: McpSdk): Promise<McpHttpServer> {
  const transport = new sdk.WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
  await toolServer(sdk).connect(transport);
  return serve(listenerOf((request) => transport.handleRequest(request)));
}

/** One session, on the transport of version 1 for Node's requests, whose handlers are accessors. */
export async function serveNodeTransport(sdk: McpSdk): Promise<McpHttpServer> {
  const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
  await toolServer(sdk).connect(transport);
  return serve((request, response) => void transport.handleRequest(request, response));
}

/** A session for each stream of events, as before Streamable HTTP. */
export async function serveEvents(sdk: McpSdk): Promise<McpHttpServer> {
  const { SSEServerTransport } = require('@modelcontextprotocol/sdk/server/sse.js');
  const transports = new Map<string, any>();
  return serve((request, response) => {
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response);
      transports.set(transport.sessionId, transport);
      void toolServer(sdk).connect(transport);
    } else {
      const id = new URL(request.url!, 'http://x').searchParams.get('sessionId')!;
      void transports.get(id).handlePostMessage(request, response);
    }
  }, '/events');
}

/** A server for each request, of every protocol version. */
export async function serveEachRequest(sdk: McpSdk): Promise<McpHttpServer> {
  const { fetch } = sdk.createMcpHandler(() => toolServer(sdk));
  return serve(listenerOf((request) => fetch(request)));
}

function listenerOf(answer: (request: Request) => Promise<Response>): RequestListener {
  return require('@hono/node-server').getRequestListener(answer, { overrideGlobalObjects: false });
}

// The MCP SDKs of version 1 and 2, each as ES modules and as CommonJS, with the classes that tests need.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const importNow = require('./import-now.cjs') as (name: string) => Promise<unknown>;

/** The classes of either version, whose types differ. */
export interface McpSdk {
  readonly Client: any;
  readonly McpServer: any;
  /** The class beneath McpServer. */
  readonly Server: any;
  readonly InMemoryTransport: any;
  readonly StreamableHTTPClientTransport: any;
  readonly SSEClientTransport: any;
  readonly StdioClientTransport: any;
  /** Takes a Request and gives a Response. */
  readonly WebStandardStreamableHTTPServerTransport: any;
  /** Serves each request by a server of its own; version 2 only. */
  readonly createMcpHandler?: any;
}

const VERSION_1 = {
  // First, so that the instrumentation notices a copy that was loaded before.
  protocol: 'shared/protocol.js',
  client: 'client/index.js',
  server: 'server/index.js',
  mcpServer: 'server/mcp.js',
  inMemory: 'inMemory.js',
  streamableHttp: 'client/streamableHttp.js',
  sse: 'client/sse.js',
  stdio: 'client/stdio.js',
  web: 'server/webStandardStreamableHttp.js',
};

export const MCP_SDKS: Readonly<Record<string, () => Promise<McpSdk>>> = {
  'version 1, CommonJS': async () => version1((name) => require(name)),
  'version 1, ES modules': () => version1(importNow),
  'version 2, CommonJS': async () => version2((name) => require(name)),
  'version 2, ES modules': () => version2(importNow),
};

async function version1(load: (name: string) => unknown): Promise<McpSdk> {
  const files: Record<string, any> = {};
  for (const [key, file] of Object.entries(VERSION_1)) files[key] = await load(`@modelcontextprotocol/sdk/${file}`);
  return {
    Client: files['client'].Client,
    McpServer: files['mcpServer'].McpServer,
    Server: files['server'].Server,
    InMemoryTransport: files['inMemory'].InMemoryTransport,
    StreamableHTTPClientTransport: files['streamableHttp'].StreamableHTTPClientTransport,
    SSEClientTransport: files['sse'].SSEClientTransport,
    StdioClientTransport: files['stdio'].StdioClientTransport,
    WebStandardStreamableHTTPServerTransport: files['web'].WebStandardStreamableHTTPServerTransport,
  };
}

async function version2(load: (name: string) => unknown): Promise<McpSdk> {
  const client: any = await load('@modelcontextprotocol/client');
  const server: any = await load('@modelcontextprotocol/server');
  const stdio: any = await load('@modelcontextprotocol/client/stdio');
  return { ...client, ...server, ...stdio };
}

/** A server with a prompt, and with tools that add, fail, wait until they are cancelled, and send requests to the client. */
export function toolServer({ McpServer }: McpSdk): any {
  const server = new McpServer({ name: 'tools', version: '1.0.0' });
  server.registerTool('add', {}, async () => ({ content: [{ type: 'text', text: 'added' }] }));
  server.registerTool('fail', {}, async () => {
    throw new Error('on purpose');
  });
  server.registerTool('wait', {}, async (context: any) => {
    const { signal } = context.mcpReq ?? context;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { content: [] };
  });
  server.registerTool('ask', {}, async () => {
    await server.server.ping();
    const { roots } = await server.server.listRoots();
    return { content: [{ type: 'text', text: String(roots.length) }] };
  });
  server.registerPrompt('greet', {}, async () => ({ messages: [{ role: 'user', content: { type: 'text', text: 'hello' } }] }));
  return server;
}

/** A client with one root. */
export function toolClient({ Client }: McpSdk): any {
  const client = new Client({ name: 'caller', version: '1.0.0' }, { capabilities: { roots: { listChanged: true } } });
  const roots = { roots: [{ uri: 'file:///work', name: 'work' }] };
  try {
    client.setRequestHandler('roots/list', async () => roots);
  } catch {
    // Version 1 takes a schema instead of a method name.
    const { ListRootsRequestSchema } = require('@modelcontextprotocol/sdk/types.js');
    client.setRequestHandler(ListRootsRequestSchema, async () => roots);
  }
  return client;
}

/** A client and a server in one process, connected to each other. */
export async function connectedPair(
  sdk: McpSdk,
): Promise<{ client: any; server: any; clientTransport: any; serverTransport: any }> {
  const server = toolServer(sdk);
  const client = toolClient(sdk);
  const [clientTransport, serverTransport] = sdk.InMemoryTransport.createLinkedPair();
  await Promise.all([client.connect(clientTransport), server.connect(serverTransport)]);
  return { client, server, clientTransport, serverTransport };
}

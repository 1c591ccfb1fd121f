// Whatever a peer of MCP sends, no unknown name of it becomes a label, and the SDK works on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mcp as instrumentation } from '../../../src/instrumentations/mcp/mcp.ts';
import { connectedPair, MCP_SDKS, type McpSdk, toolClient } from '../../kit/apps/mcp-sdks.ts';
import { operationsOf } from '../../kit/samples/mcp-samples.ts';
import { attachAlone, type AttachedAlone } from '../../kit/samples/samples.ts';

const hostile = new Proxy(
  {},
  {
    get() {
      throw new Error('hostile');
    },
  },
);
const circle: { params?: unknown } = {};
circle.params = circle;

/** Each is no message, or not all of one. */
const BROKEN: readonly unknown[] = [
  null,
  undefined,
  7,
  'text',
  [],
  {},
  hostile,
  circle,
  { jsonrpc: '2.0', id: null, result: null },
  { jsonrpc: '2.0', id: {}, method: {} },
  { jsonrpc: '2.0', id: 1, error: null },
  { jsonrpc: '2.0', id: 1, error: { code: hostile } },
  { jsonrpc: '2.0', id: 'x'.repeat(1e6), method: 'ping' },
  { jsonrpc: '2.0', id: 2, method: 'tools/call', params: null },
  { jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: { name: 'add' } } },
  { jsonrpc: '2.0', id: 4, method: 'tools/call', params: { name: 'x'.repeat(1e6) } },
  { jsonrpc: '2.0', method: 'notifications/cancelled', params: null },
  { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: hostile, reason: hostile } },
  { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'nobody' } },
];

describe.each(['version 1, ES modules', 'version 2, CommonJS'])('%s', (name) => {
  let measured: AttachedAlone;
  let sdk: McpSdk;
  beforeEach(async () => {
    measured = attachAlone(instrumentation);
    sdk = await MCP_SDKS[name]!();
  });
  afterEach(() => {
    measured.attached.detach();
    expect(measured.attached.failure).toBeUndefined();
  });

  const isVersion1 = name.startsWith('version 1');
  const operations = async (): Promise<Record<string, number>> => operationsOf(await measured.read());

  /** A server that answers every call of a tool, and lists the tools that it is made with, and a client of it. */
  async function careless(tools: readonly string[]): Promise<any> {
    const server = new sdk.Server({ name: 'careless', version: '1.0.0' }, { capabilities: { tools: {} } });
    const types: any = isVersion1 ? await import('@modelcontextprotocol/sdk/types.js') : {};
    server.setRequestHandler(isVersion1 ? types.ListToolsRequestSchema : 'tools/list', async () => ({
      tools: tools.map((tool) => ({ name: tool, inputSchema: { type: 'object' } })),
    }));
    server.setRequestHandler(isVersion1 ? types.CallToolRequestSchema : 'tools/call', async () => ({ content: [] }));
    const client = toolClient(sdk);
    const [left, right] = sdk.InMemoryTransport.createLinkedPair();
    await Promise.all([client.connect(left), server.connect(right)]);
    return client;
  }

  it('goes on counting after messages of MCP that are none', async () => {
    const { client, server, clientTransport, serverTransport } = await connectedPair(sdk);
    for (const side of [client, server.server]) Object.assign(side, { onerror() {} });
    for (const transport of [clientTransport, serverTransport]) {
      for (const message of BROKEN) {
        try {
          transport.onmessage(message);
        } catch {
          // As the SDK does without promtel.
        }
      }
    }
    await client.callTool({ name: 'add' });
    await client.close();
    expect(await operations()).toMatchObject({ 'served tools/call add': 1, 'sent tools/call add': 1 });
    expect(JSON.stringify(await measured.read())).not.toMatch(/xx|nobody/);
  });

  it('makes no label of methods, names, versions and codes that an MCP client invents', async () => {
    const { client, serverTransport } = await connectedPair(sdk);
    Object.assign(client, { onerror() {} });
    for (let index = 100; index < 400; index += 1) {
      const requests = {
        a: { method: `method/${index}` },
        b: { method: 'tools/call', params: { name: `tool ${index}` } },
        c: { method: 'prompts/get', params: { name: `prompt ${index}` } },
        d: { method: 'initialize', params: { protocolVersion: `version ${index}`, capabilities: {}, clientInfo: {} } },
        e: { method: 'ping', params: { _meta: { 'io.modelcontextprotocol/protocolVersion': `version ${index}` } } },
      };
      for (const [id, request] of Object.entries(requests))
        serverTransport.onmessage({ jsonrpc: '2.0', id: `${id}${index}`, ...request });
      serverTransport.onmessage({ jsonrpc: '2.0', method: `notifications/${index}` });
    }
    await client.ping();
    await client.close();
    const counts = await operations();
    expect(counts).toMatchObject({ 'served _OTHER -32601': 300, 'served _OTHER': 300 });
    expect(Object.keys(counts).length).toBeLessThan(20);
    expect(JSON.stringify(await measured.read())).not.toMatch(/version \d|tool \d|prompt \d|method\/\d|notifications\/\d/);
  });

  it('makes no label of the error codes of an MCP server', async () => {
    const [left, right] = sdk.InMemoryTransport.createLinkedPair();
    // A server that is none: every answer is an error of a code of its own.
    Object.assign(right, {
      onmessage({ id }: { id: unknown }) {
        void right.send({ jsonrpc: '2.0', id: String(id), error: { code: 12_345, message: 'no' } });
      },
    });
    const client = toolClient(sdk);
    await expect(client.connect(left)).rejects.toThrow('no');
    expect(await operations()).toMatchObject({ 'sent initialize _OTHER': 1 });
  });

  it('limits the listed tools of MCP, and keeps room for others that are called', async () => {
    const tools = Array.from({ length: 400 }, (_, index) => `listed_${index}`);
    const client = await careless(tools);
    await client.listTools();
    for (const tool of tools) await client.callTool({ name: tool });
    await client.close();
    const named = Object.keys(await operations()).filter((line) => line.startsWith('sent tools/call listed_'));
    expect(named).toHaveLength(200);
    expect(named).toEqual(expect.arrayContaining(tools.slice(0, 150).map((tool) => `sent tools/call ${tool}`)));
    expect(await operations()).toMatchObject({ 'sent tools/call _OTHER': 200, 'served tools/call _OTHER': 200 });
  });

  it('keeps room for listed tools when an MCP server accepts every name', async () => {
    const client = await careless(['real']);
    for (let index = 0; index < 300; index += 1) await client.callTool({ name: `made_up_${index}` });
    await client.listTools();
    await client.callTool({ name: 'real' });
    await client.close();
    expect(await operations()).toMatchObject({ 'served tools/call real': 1, 'sent tools/call real': 1 });
    const madeUp = Object.keys(await operations()).filter((line) => line.startsWith('served tools/call made_up'));
    expect(madeUp).toHaveLength(50);
  });
});

// MCP over its transports: Streamable HTTP, with sessions and without, server-sent events, and standard streams.
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mcp as instrumentation } from '../../../src/instrumentations/mcp/mcp.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { MCP_SDKS, toolClient } from '../../kit/apps/mcp-sdks.ts';
import { operationsOf, sessionsOf } from '../../kit/samples/mcp-samples.ts';
import { attachAlone, type AttachedAlone } from '../../kit/samples/samples.ts';
import {
  type McpHttpServer,
  serveEachRequest,
  serveEvents,
  serveNodeTransport,
  serveWebTransport,
} from '../../kit/servers/mcp-http.ts';

let measured: AttachedAlone;
let served: McpHttpServer | undefined;
beforeEach(() => {
  measured = attachAlone(instrumentation);
});
afterEach(async () => {
  await served?.close();
  served = undefined;
  measured.attached.detach();
  expect(measured.attached.failure).toBeUndefined();
});

const operations = async (): Promise<Record<string, number>> => operationsOf(await measured.read());
const sessions = async (): Promise<Record<string, number>> => sessionsOf(await measured.read());

/** Where the operations and sessions took place that a metric has counted. */
async function placesOf(metric: string): Promise<unknown[]> {
  const series = (await measured.read()).filter(({ name }) => name === metric);
  const places = series.map(({ attributes }) =>
    JSON.stringify([
      attributes['network.transport'],
      attributes['network.protocol.name'],
      attributes['server.address'],
      attributes['server.port'],
    ]),
  );
  return [...new Set(places)].map((place) => JSON.parse(place) as unknown);
}

const BOTH_SIDES = {
  'sent initialize': 1,
  'served initialize': 1,
  'sent tools/list': 1,
  'served tools/list': 1,
  'sent tools/call add': 1,
  'served tools/call add': 1,
  'sent tools/call fail tool_error': 1,
  'served tools/call fail tool_error': 1,
};

async function useTools(client: any): Promise<void> {
  await client.listTools();
  await client.callTool({ name: 'add' });
  await client.callTool({ name: 'fail' });
}

describe.each([
  ['version 1, CommonJS', 'transport for Node', serveNodeTransport],
  ['version 1, ES modules', 'transport for Request and Response', serveWebTransport],
  ['version 2, CommonJS', 'transport for Request and Response', serveWebTransport],
  ['version 2, ES modules', 'transport for Request and Response', serveWebTransport],
])('Streamable HTTP of %s, %s', (name, _, serve) => {
  it('counts each side of MCP over HTTP once, and records where the server is', async () => {
    const sdk = await MCP_SDKS[name]!();
    served = await serve(sdk);
    const client = toolClient(sdk);
    const transport = new sdk.StreamableHTTPClientTransport(served.url);
    await client.connect(transport);
    await useTools(client);
    await transport.terminateSession();
    await client.close();
    expect(await operations()).toMatchObject(BOTH_SIDES);
    const port = Number(served.url.port);
    for (const metric of ['mcp.client.operation.duration', 'mcp.client.session.duration'])
      expect(await placesOf(metric)).toEqual([['tcp', 'http', '127.0.0.1', port]]);
    for (const metric of ['mcp.server.operation.duration', 'mcp.server.session.duration'])
      expect(await placesOf(metric)).toEqual([['tcp', 'http', null, null]]);
    expect(await sessions()).toEqual({ 'client open': 0, 'server open': 0, 'client ended': 1, 'server ended': 1 });
  });

  it('records why an MCP server over HTTP could not be reached', async () => {
    const sdk = await MCP_SDKS[name]!();
    const { url, close } = await serve(sdk);
    await close();
    await expect(toolClient(sdk).connect(new sdk.StreamableHTTPClientTransport(url))).rejects.toThrow();
    expect(await operations()).toMatchObject({ 'sent initialize ECONNREFUSED': 1 });
    expect(await sessions()).toMatchObject({ 'client ended ECONNREFUSED': 1 });
  });

  it('records the status with which an MCP server over HTTP refused', async () => {
    const sdk = await MCP_SDKS[name]!();
    served = await serve(sdk);
    const failing = new sdk.StreamableHTTPClientTransport(served.url, {
      fetch: async () => new Response('no', { status: 503 }),
    });
    await expect(toolClient(sdk).connect(failing)).rejects.toThrow();
    expect(await operations()).toMatchObject({ 'sent initialize 503': 1 });
  });
});

describe('MCP protocol version 2026-07-28, where every request has a server of its own', () => {
  it.each(['version 2, CommonJS', 'version 2, ES modules'])('counts each side of MCP 2026-07-28 once with %s', async (name) => {
    const sdk = await MCP_SDKS[name]!();
    served = await serveEachRequest(sdk);
    const client = new sdk.Client({ name: 'caller', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new sdk.StreamableHTTPClientTransport(served.url));
    await useTools(client);
    const controller = new AbortController();
    const waiting = client.callTool({ name: 'wait' }, { signal: controller.signal });
    await eventually(async () => expect(await sessions()).toMatchObject({ 'server open': 1 }));
    controller.abort();
    await expect(waiting).rejects.toThrow();
    await client.close();
    await eventually(async () => expect(await sessions()).toMatchObject({ 'client open': 0, 'server open': 0 }));
    expect(await operations()).toMatchObject({
      'sent tools/call add': 1,
      'served tools/call add': 1,
      'sent tools/call fail tool_error': 1,
      'served tools/call fail tool_error': 1,
      'sent tools/call wait cancelled': 1,
      // The connection is closed, which is all that the server sees.
      'served tools/call wait aborted': 1,
    });
    const versions = (await measured.read())
      .filter(({ name: metric, attributes }) => /operation/.test(metric) && attributes['gen_ai.tool.name'] === 'add')
      .map(({ attributes }) => attributes['mcp.protocol.version']);
    expect(versions).toEqual(['2026-07-28', '2026-07-28']);
  });
});

describe('MCP over server-sent events', () => {
  it.each(Object.keys(MCP_SDKS))('counts each side of MCP over server-sent events once with a client of %s', async (name) => {
    const sdk = await MCP_SDKS[name]!();
    served = await serveEvents(await MCP_SDKS['version 1, CommonJS']!());
    const client = toolClient(sdk);
    await client.connect(new sdk.SSEClientTransport(served.url));
    await useTools(client);
    await client.callTool({ name: 'ask' });
    await client.close();
    await eventually(async () =>
      expect(await sessions()).toEqual({ 'client open': 0, 'server open': 0, 'client ended': 1, 'server ended': 1 }),
    );
    expect(await operations()).toMatchObject({ ...BOTH_SIDES, 'sent roots/list': 1, 'served roots/list': 1 });
    expect(await placesOf('mcp.client.operation.duration')).toEqual([
      ['tcp', 'http', '127.0.0.1', Number(served.url.port)],
      // What the server asks its client.
      ['tcp', 'http', null, null],
    ]);
  });
});

describe('MCP over standard streams', () => {
  const program = fileURLToPath(new URL('../../process/fixtures/mcp-server.mjs', import.meta.url));

  it.each(Object.keys(MCP_SDKS))('counts MCP over standard streams on the side of a client of %s', async (name) => {
    const sdk = await MCP_SDKS[name]!();
    const client = toolClient(sdk);
    await client.connect(new sdk.StdioClientTransport({ command: process.execPath, args: [program, '1'] }));
    await useTools(client);
    await client.callTool({ name: 'ask' });
    await client.close();
    expect(await operations()).toMatchObject({
      'sent initialize': 1,
      'sent tools/call add': 1,
      'sent tools/call fail tool_error': 1,
      'sent tools/call ask': 1,
      'served roots/list': 1,
    });
    expect(await placesOf('mcp.client.operation.duration')).toEqual([['pipe', null, null, null]]);
    expect(await sessions()).toEqual({ 'client open': 0, 'client ended': 1 });
  });

  it.each(Object.keys(MCP_SDKS))('records why an MCP server could not be started with %s', async (name) => {
    const sdk = await MCP_SDKS[name]!();
    const transport = new sdk.StdioClientTransport({ command: '/nowhere/server' });
    await expect(toolClient(sdk).connect(transport)).rejects.toThrow('ENOENT');
    expect(await sessions()).toEqual({ 'client open': 0, 'client ended ENOENT': 1 });
  });
});

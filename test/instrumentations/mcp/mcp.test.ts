// Operations and sessions of MCP clients and servers in one process, of every copy of the SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mcp as instrumentation } from '../../../src/instrumentations/mcp/mcp.ts';
import { connectedPair, MCP_SDKS, type McpSdk, toolClient, toolServer } from '../../kit/apps/mcp-sdks.ts';
import { operationsOf, sessionsOf } from '../../kit/samples/mcp-samples.ts';
import { attachAlone, type AttachedAlone, valueOf } from '../../kit/samples/samples.ts';

describe.each(Object.keys(MCP_SDKS))('%s', (name) => {
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
  const sessions = async (): Promise<Record<string, number>> => sessionsOf(await measured.read());
  const wait = (client: any, options: object): Promise<unknown> =>
    isVersion1 ? client.callTool({ name: 'wait' }, undefined, options) : client.callTool({ name: 'wait' }, options);

  it('counts requests and notifications of MCP on both sides, once each', async () => {
    const { client } = await connectedPair(sdk);
    await client.ping();
    await client.callTool({ name: 'ask' });
    await client.sendRootsListChanged();
    await client.close();
    expect(await operations()).toEqual({
      'sent initialize': 1,
      'served initialize': 1,
      'sent notifications/initialized': 1,
      'served notifications/initialized': 1,
      // The tool asks the client back.
      'sent ping': 2,
      'served ping': 2,
      'sent roots/list': 1,
      'served roots/list': 1,
      'sent tools/call ask': 1,
      'served tools/call ask': 1,
      'sent notifications/roots/list_changed': 1,
      'served notifications/roots/list_changed': 1,
    });
  });

  it('records names of tools and prompts of MCP that were listed, or called with success, and no others', async () => {
    const { client } = await connectedPair(sdk);
    await client.callTool({ name: 'fail' });
    await client.callTool({ name: 'add' });
    await client.callTool({ name: 'x-1 or anything' }).catch(() => {});
    await client.getPrompt({ name: 'greet' });
    await client.getPrompt({ name: 'x-2 or anything' }).catch(() => {});
    await client.listTools();
    await client.callTool({ name: 'fail' });
    await client.close();
    for (const side of ['sent', 'served']) {
      // `fail` was not listed yet when it was first called.
      const unknown = isVersion1 ? { tool_error: 2 } : { tool_error: 1, '-32602': 1 };
      for (const [error, count] of Object.entries(unknown))
        expect(await operations()).toHaveProperty([`${side} tools/call _OTHER ${error}`], count);
      expect(await operations()).toMatchObject({
        [`${side} tools/call add`]: 1,
        [`${side} tools/call fail tool_error`]: 1,
        [`${side} prompts/get greet`]: 1,
        [`${side} prompts/get _OTHER -32602`]: 1,
      });
    }
    expect(JSON.stringify(await measured.read())).not.toContain('anything');
  });

  it('records the tool call, the error code and the protocol version of an MCP operation', async () => {
    const { client } = await connectedPair(sdk);
    await client.getPrompt({ name: 'nothing' }).catch(() => {});
    await client.callTool({ name: 'add' });
    await client.close();
    for (const metric of ['mcp.client.operation.duration', 'mcp.server.operation.duration']) {
      const version = { 'mcp.protocol.version': '2025-11-25', 'network.transport': undefined };
      const failed = { 'mcp.method.name': 'prompts/get', 'error.type': '-32602', 'rpc.response.status_code': '-32602' };
      const called = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'add', 'error.type': undefined };
      expect(valueOf(await measured.read(), metric, { ...failed, ...version, 'gen_ai.operation.name': undefined })).toBe(1);
      expect(valueOf(await measured.read(), metric, { ...called, ...version, 'rpc.response.status_code': undefined })).toBe(1);
    }
    for (const side of ['client', 'server'])
      expect(valueOf(await measured.read(), `mcp.${side}.session.duration`, { 'mcp.protocol.version': '2025-11-25' })).toBe(1);
  });

  it('records cancelled requests of MCP apart from those that timed out', async () => {
    const { client } = await connectedPair(sdk);
    await client.listTools();
    const controller = new AbortController();
    const cancelled = wait(client, { signal: controller.signal });
    await client.ping();
    controller.abort(new Error('changed my mind'));
    await expect(cancelled).rejects.toThrow();
    await expect(wait(client, { timeout: 20 })).rejects.toThrow();
    await client.close();
    expect(await operations()).toMatchObject({
      'sent tools/call wait cancelled': 1,
      'sent tools/call wait timeout': 1,
      'served tools/call wait cancelled': 2,
      'sent notifications/cancelled': 2,
      'served notifications/cancelled': 2,
    });
  });

  it('times an MCP request until its response, on both sides', async () => {
    const { client } = await connectedPair(sdk);
    await client.listTools();
    await expect(wait(client, { timeout: 200 })).rejects.toThrow();
    await client.close();
    const waits = (await measured.read()).filter(({ attributes }) => attributes['gen_ai.tool.name'] === 'wait');
    expect(waits.map(({ value }) => value)).toEqual([1, 1]);
    for (const { sum } of waits) {
      expect(sum).toBeGreaterThan(0.15);
      expect(sum).toBeLessThan(5);
    }
    const session = (await measured.read()).find(({ name: metric }) => metric === 'mcp.client.session.duration');
    expect(session!.sum).toBeGreaterThan(0.15);
  });

  it('counts pending requests of an MCP session that is closed as aborted', async () => {
    const { client, server } = await connectedPair(sdk);
    await client.listTools();
    const waiting = wait(client, {});
    waiting.catch(() => {});
    await client.ping();
    await server.close();
    await expect(waiting).rejects.toThrow();
    expect(await operations()).toMatchObject({ 'sent tools/call wait aborted': 1, 'served tools/call wait aborted': 1 });
  });

  it('records an MCP request that could not be sent with its error, and the session that it was to begin', async () => {
    const [transport] = sdk.InMemoryTransport.createLinkedPair();
    transport.send = async () => {
      throw Object.assign(new Error('gone'), { code: 'EPIPE' });
    };
    await expect(toolClient(sdk).connect(transport)).rejects.toThrow('gone');
    expect(await operations()).toEqual({ 'sent initialize EPIPE': 1 });
    expect(await sessions()).toEqual({ 'client open': 0, 'client ended EPIPE': 1 });
  });

  it('counts open sessions of MCP, and ended ones once, however often they are closed', async () => {
    const first = await connectedPair(sdk);
    const second = await connectedPair(sdk);
    expect(await sessions()).toEqual({ 'client open': 2, 'server open': 2 });
    await first.client.close();
    expect(await sessions()).toEqual({ 'client open': 1, 'server open': 1, 'client ended': 1, 'server ended': 1 });
    await first.client.close();
    await first.server.close();
    await first.clientTransport.close();
    await second.server.close();
    expect(await sessions()).toEqual({ 'client open': 0, 'server open': 0, 'client ended': 2, 'server ended': 2 });
  });

  it('records an MCP session that cannot be started with its error', async () => {
    const [transport] = sdk.InMemoryTransport.createLinkedPair();
    transport.start = async () => {
      throw Object.assign(new Error('not there'), { code: 'ENOENT' });
    };
    await expect(toolClient(sdk).connect(transport)).rejects.toThrow('not there');
    expect(await sessions()).toEqual({ 'client open': 0, 'client ended ENOENT': 1 });
  });

  it('records messages of MCP that arrived before the server was connected', async () => {
    const server = toolServer(sdk);
    const client = toolClient(sdk);
    const [clientTransport, serverTransport] = sdk.InMemoryTransport.createLinkedPair();
    const connecting = client.connect(clientTransport);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await server.connect(serverTransport);
    await connecting;
    await client.close();
    expect(await operations()).toMatchObject({ 'sent initialize': 1, 'served initialize': 1 });
  });

  it("records the operations of an application's own Protocol of MCP, which is neither client nor server", async () => {
    const Protocol = Object.getPrototypeOf(sdk.Client);
    class Own extends Protocol {
      assertCapabilityForMethod(): void {}
      assertNotificationCapability(): void {}
      assertRequestHandlerCapability(): void {}
      assertTaskCapability(): void {}
      assertTaskHandlerCapability(): void {}
      buildContext(context: unknown): unknown {
        return context;
      }
    }
    const [left, right] = sdk.InMemoryTransport.createLinkedPair();
    const [own, other] = [new (Own as any)(), new (Own as any)()];
    await Promise.all([own.connect(left), other.connect(right)]);
    await left.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await own.close();
    expect(await operations()).toEqual({ 'sent ping': 1, 'served ping': 1 });
    expect(await sessions()).toEqual({});
  });
});

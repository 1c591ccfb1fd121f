// The instrumentation of MCP leaves transports, messages, results and the memory of the process as they were.
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mcp as instrumentation } from '../../../src/instrumentations/mcp/mcp.ts';
import { connectedPair, MCP_SDKS, type McpSdk, toolClient, toolServer } from '../../kit/apps/mcp-sdks.ts';
import { operationsOf, sessionsOf } from '../../kit/samples/mcp-samples.ts';
import { attachAlone, type AttachedAlone } from '../../kit/samples/samples.ts';

describe.each(['version 1, CommonJS', 'version 2, ES modules'])('%s', (name) => {
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

  const operations = async (): Promise<Record<string, number>> => operationsOf(await measured.read());
  const sessions = async (): Promise<Record<string, number>> => sessionsOf(await measured.read());
  const transport = (): any => sdk.InMemoryTransport.createLinkedPair()[0];

  it('adds no key to an MCP transport, and leaves nothing on it once it is closed', async () => {
    const { client, clientTransport } = await connectedPair(sdk);
    measured.attached.detach();
    const plain = await connectedPair(sdk);
    expect(Object.keys(clientTransport)).toEqual(Object.keys(plain.clientTransport));
    expect(clientTransport.send.name).toBe('send');
    expect(Object.hasOwn(clientTransport, 'start')).toBe(false);
    await client.close();
    await plain.client.close();
    expect(Reflect.ownKeys(clientTransport)).toEqual(Reflect.ownKeys(plain.clientTransport));
  });

  it('passes messages of MCP on as they are, in both directions', async () => {
    const sent: unknown[][] = [];
    const received: unknown[][] = [];
    const own = transport();
    const result = Promise.resolve('sent');
    own.send = function (...values: unknown[]) {
      expect(this).toBe(own);
      sent.push(values);
      return result;
    };
    Object.assign(own, { onmessage: (...values: unknown[]) => received.push(values) });
    const connecting = toolClient(sdk).connect(own);
    connecting.catch(() => {});
    await turn();
    const message = { jsonrpc: '2.0', method: 'notifications/message' };
    const extra = { authInfo: 'kept' };
    own.onmessage(message, extra);
    expect(await own.send(message, extra)).toBe('sent');
    expect(received).toEqual([[message, extra]]);
    expect(received[0]![1]).toBe(extra);
    expect(sent.at(-1)).toEqual([message, extra]);
    expect(sent.at(-1)![1]).toBe(extra);
    await own.close();
  });

  it('calls the handlers that an MCP transport had, and passes on what they throw', async () => {
    const calls: string[] = [];
    const own = transport();
    Object.assign(own, { onclose: () => calls.push('closed'), onerror: (error: Error) => calls.push(error.message) });
    const client = toolClient(sdk);
    Object.assign(client, { onclose: () => calls.push('client closed') });
    client.connect(own).catch(() => {});
    await turn();
    own.onerror(new Error('seen'));
    await own.close();
    await own.close();
    expect(calls.filter((call) => call !== 'closed')).toEqual(expect.arrayContaining(['seen', 'client closed']));
    expect(calls).toContain('closed');
    const throwing = transport();
    throwing.send = () => {
      throw new RangeError('at once');
    };
    await expect(toolClient(sdk).connect(throwing)).rejects.toThrow('at once');
    expect(() => throwing.send({})).toThrow(RangeError);
  });

  it('leaves an unhandled rejection of MCP unhandled', async () => {
    const unhandled: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (error) => unhandled.push(error));
    try {
      const own = transport();
      own.start = async () => {
        throw new Error('nobody looks');
      };
      void new sdk.Server({ name: 'tools', version: '1.0.0' }, { capabilities: {} }).connect(own);
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
    expect(unhandled).toEqual([expect.objectContaining({ message: 'nobody looks' })]);
  });

  it('counts an MCP transport that is used again as another session, and each message once', async () => {
    const [left, right] = sdk.InMemoryTransport.createLinkedPair();
    const client = toolClient(sdk);
    const first = toolServer(sdk);
    await Promise.all([client.connect(left), first.connect(right)]);
    // Another server takes over the transport while the first one still has it.
    const second = toolServer(sdk);
    await second.connect(right);
    await left.send({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' });
    expect(await operations()).toMatchObject({ 'served notifications/roots/list_changed': 1 });
    expect(await sessions()).toEqual({ 'client open': 1, 'server open': 1, 'server ended': 1 });
    await client.close();
    expect(await sessions()).toEqual({ 'client open': 0, 'server open': 0, 'client ended': 1, 'server ended': 2 });
  });

  it('counts an MCP transport that was closed and is connected again', async () => {
    const own: any = {
      async start() {},
      async send() {},
      async close() {
        own.onclose();
      },
    };
    const server = new sdk.Server({ name: 'tools', version: '1.0.0' }, { capabilities: {} });
    for (const id of [1, 2]) {
      await server.connect(own);
      own.onmessage({ jsonrpc: '2.0', id, method: 'ping' });
      await new Promise((resolve) => setTimeout(resolve, 5));
      await server.close();
    }
    expect(await operations()).toEqual({ 'served ping': 2 });
    expect(await sessions()).toEqual({ 'server open': 0, 'server ended': 2 });
    expect(Object.keys(own)).toEqual(['start', 'send', 'close', 'onclose', 'onerror', 'onmessage']);
  });

  it('lets a connected MCP server refuse another transport', async () => {
    const { client, server } = await connectedPair(sdk);
    const other = transport();
    await expect(server.connect(other)).rejects.toThrow(/already connected/i);
    await expect(server.connect(server.server.transport)).rejects.toThrow(/already connected/i);
    expect(Object.hasOwn(other, 'start')).toBe(false);
    expect(Object.hasOwn(other, 'send')).toBe(false);
    expect(await sessions()).toEqual({ 'client open': 1, 'server open': 1 });
    await client.close();
    expect(await sessions()).toMatchObject({ 'server ended': 1 });
  });

  it('leaves an MCP transport alone that cannot be changed, or is none', async () => {
    const frozen = Object.freeze(transport());
    await expect(toolClient(sdk).connect(frozen)).rejects.toThrow();
    await expect(toolClient(sdk).connect(undefined)).rejects.toThrow(TypeError);
    await expect(toolClient(sdk).connect({})).rejects.toThrow();
    expect(await sessions()).toEqual({});
  });

  it('counts no more of MCP when it is detached in use, and the SDK works on', async () => {
    const { client } = await connectedPair(sdk);
    const before = await operations();
    measured.attached.detach();
    expect(await sessions()).toEqual({ 'client open': 0, 'server open': 0 });
    expect(await client.callTool({ name: 'add' })).toMatchObject({ content: [{ text: 'added' }] });
    await client.close();
    const { client: later } = await connectedPair(sdk);
    await later.close();
    expect(await operations()).toEqual(before);
    expect(await sessions()).toEqual({ 'client open': 0, 'server open': 0 });
  });

  it('forgets an MCP session that is dropped without being closed', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    await drop(sdk);
    expect(await sessions()).toEqual({ 'client open': 20, 'server open': 20 });
    for (let tries = 0; tries < 50 && (await sessions())['client open'] !== 0; tries += 1) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await sessions()).toEqual({ 'client open': 0, 'server open': 0 });
  });
});

/** In a function of its own, so that nothing of it is left on the stack. */
async function drop(sdk: McpSdk): Promise<void> {
  for (let count = 0; count < 20; count += 1) await connectedPair(sdk);
}

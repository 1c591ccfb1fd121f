// Pending requests of MCP are found by their ids, and their number is limited.
import { describe, expect, it } from 'vitest';
import { McpCalls } from '../../../src/instrumentations/mcp/pending-requests.ts';

describe('pending requests of MCP', () => {
  it('finds a pending request of MCP once, by its number or its text', () => {
    const calls = new McpCalls();
    calls.begin(1, 'ping', undefined);
    calls.begin('two', 'tools/call', { name: 'add' });
    expect(calls.take('1')).toMatchObject({ method: 'ping', name: undefined });
    expect(calls.take(1)).toBeUndefined();
    expect(calls.take('two')).toMatchObject({ method: 'tools/call', name: 'add' });
    expect(calls.takeAll()).toEqual([]);
  });

  it('drops the oldest of too many pending requests of MCP', () => {
    const calls = new McpCalls();
    for (let id = 0; id < 10_100; id += 1) calls.begin(id, 'ping', undefined);
    expect(calls.take(99)).toBeUndefined();
    expect(calls.take(100)).toBeDefined();
    expect(calls.takeAll()).toHaveLength(9999);
  });

  it('keeps no pending request of MCP whose id is too long, or none', () => {
    const calls = new McpCalls();
    for (const id of ['x'.repeat(257), null, undefined, {}, true]) expect(calls.begin(id, 'ping', undefined)).toBeUndefined();
    expect(calls.takeAll()).toEqual([]);
  });
});

// Requests under way: found by their ids, and no more of them than there is room for.
import { describe, expect, it } from 'vitest';
import { McpCalls } from '../../../src/instrumentations/mcp/pending-requests.ts';

describe('requests under way', () => {
  it('are found by their id once, whether it is a number or its text', () => {
    const calls = new McpCalls();
    calls.begin(1, 'ping', undefined);
    calls.begin('two', 'tools/call', { name: 'add' });
    expect(calls.take('1')).toMatchObject({ method: 'ping', name: undefined });
    expect(calls.take(1)).toBeUndefined();
    expect(calls.take('two')).toMatchObject({ method: 'tools/call', name: 'add' });
    expect(calls.takeAll()).toEqual([]);
  });

  it('are given up, the oldest first, where nobody ever answers', () => {
    const calls = new McpCalls();
    for (let id = 0; id < 10_100; id += 1) calls.begin(id, 'ping', undefined);
    expect(calls.take(99)).toBeUndefined();
    expect(calls.take(100)).toBeDefined();
    expect(calls.takeAll()).toHaveLength(9999);
  });

  it('are not followed by an id that would fill the memory, or is none', () => {
    const calls = new McpCalls();
    for (const id of ['x'.repeat(257), null, undefined, {}, true]) expect(calls.begin(id, 'ping', undefined)).toBeUndefined();
    expect(calls.takeAll()).toEqual([]);
  });
});

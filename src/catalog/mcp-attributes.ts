// The attributes of MCP sessions and operations: key, type, and what bounds their values, since a peer can send any text.
import { OTHER } from '../core/attribute.ts';

/** Semantic conventions 1.45, and the methods of later protocol versions. */
export const mcpMethodName = {
  key: 'mcp.method.name',
  type: 'string',
  brief: 'Method of the request or notification; an application may have further ones, which are not told apart.',
  values: [
    'completion/complete',
    'elicitation/create',
    'initialize',
    'logging/setLevel',
    'notifications/cancelled',
    'notifications/elicitation/complete',
    'notifications/initialized',
    'notifications/message',
    'notifications/progress',
    'notifications/prompts/list_changed',
    'notifications/resources/list_changed',
    'notifications/resources/updated',
    'notifications/roots/list_changed',
    'notifications/subscriptions/acknowledged',
    'notifications/tasks/status',
    'notifications/tools/list_changed',
    'ping',
    'prompts/get',
    'prompts/list',
    'resources/list',
    'resources/read',
    'resources/subscribe',
    'resources/templates/list',
    'resources/unsubscribe',
    'roots/list',
    'sampling/createMessage',
    'server/discover',
    'subscriptions/listen',
    'tasks/cancel',
    'tasks/get',
    'tasks/list',
    'tasks/result',
    'tasks/update',
    'tools/call',
    'tools/list',
    OTHER,
  ],
} as const;

export type McpMethod = (typeof mcpMethodName.values)[number];

export const genAiPromptName = { key: 'gen_ai.prompt.name', type: 'string', brief: 'Name of the prompt.', cap: 200 } as const;

/** The codes of JSON-RPC, and those that MCP has added in any of its versions. */
export const rpcResponseStatusCode = {
  key: 'rpc.response.status_code',
  type: 'string',
  brief: 'JSON-RPC error code of the answer, where it was an error.',
  values: ['-32700', '-32600', '-32601', '-32602', '-32603', '-32000', '-32001', '-32002', '-32021', '-32022', '-32042', OTHER],
} as const;

export type McpStatusCode = (typeof rpcResponseStatusCode.values)[number];

export const mcpProtocolVersion = {
  key: 'mcp.protocol.version',
  type: 'string',
  brief: 'Version of the protocol, once it is settled.',
  values: ['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28', OTHER],
} as const;

export type McpVersion = (typeof mcpProtocolVersion.values)[number];

export const networkTransport = {
  key: 'network.transport',
  type: 'string',
  brief: 'What carries the messages: pipe for stdio, tcp for HTTP and WebSocket; absent within one process.',
  values: ['pipe', 'tcp'],
} as const;

export const networkProtocolName = {
  key: 'network.protocol.name',
  type: 'string',
  brief: 'Protocol that carries the messages.',
  values: ['http', 'websocket'],
} as const;

export const mcpRole = {
  key: 'mcp.role',
  type: 'string',
  brief: 'Which side of the session it is.',
  values: ['client', 'server'],
} as const;

export type McpRole = (typeof mcpRole.values)[number];

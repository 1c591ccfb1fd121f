// Model Context Protocol (MCP): sessions and operations. Names and bounds are those of semantic conventions 1.45, where they are
// deprecated only because they have moved to the GenAI conventions.
import { defineMetric } from '../core/metric.ts';
import { errorType, serverAddress, serverPort } from './attributes.ts';
import { SECONDS_MCP } from './buckets.ts';
import { genAiOperationName, genAiToolName } from './llm-attributes.ts';
import {
  genAiPromptName,
  mcpMethodName,
  mcpProtocolVersion,
  mcpRole,
  networkProtocolName,
  networkTransport,
  rpcResponseStatusCode,
} from './mcp-attributes.ts';

const session = [errorType, mcpProtocolVersion, networkTransport, networkProtocolName] as const;

const operation = [...session, mcpMethodName, genAiOperationName, genAiToolName, genAiPromptName, rpcResponseStatusCode] as const;

export const mcpClientOperationDuration = defineMetric({
  name: 'mcp.client.operation.duration',
  instrument: 'histogram',
  unit: 's',
  brief:
    'The duration of the MCP request or notification as observed on the sender from the time it was sent until the response or ack is received.',
  note: 'A notification ends when it is sent.',
  stability: 'development',
  buckets: SECONDS_MCP,
  attributes: [...operation, serverAddress, serverPort],
});

export const mcpServerOperationDuration = defineMetric({
  name: 'mcp.server.operation.duration',
  instrument: 'histogram',
  unit: 's',
  brief:
    'MCP request or notification duration as observed on the receiver from the time it was received until the result or ack is sent.',
  note: 'A notification has a duration of 0.',
  stability: 'development',
  buckets: SECONDS_MCP,
  attributes: operation,
});

export const mcpClientSessionDuration = defineMetric({
  name: 'mcp.client.session.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'The duration of the MCP session as observed on the MCP client.',
  stability: 'development',
  buckets: SECONDS_MCP,
  attributes: [...session, serverAddress, serverPort],
});

export const mcpServerSessionDuration = defineMetric({
  name: 'mcp.server.session.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'The duration of the MCP session as observed on the MCP server.',
  note: 'On a server without sessions, each request is one.',
  stability: 'development',
  buckets: SECONDS_MCP,
  attributes: session,
});

export const mcpActiveSessions = defineMetric({
  name: 'mcp.active_sessions',
  instrument: 'updowncounter',
  unit: '{session}',
  brief: 'Open MCP sessions.',
  stability: 'stable',
  attributes: [mcpRole, networkTransport],
});

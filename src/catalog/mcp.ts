// Sessions and operations of the Model Context Protocol. Names and bounds are those of semantic conventions 1.45, which call them
// deprecated only since they have moved to the conventions for generative AI.
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
  brief: 'Duration of MCP requests and notifications by their sender, to the answer or until they are sent.',
  stability: 'development',
  buckets: SECONDS_MCP,
  attributes: [...operation, serverAddress, serverPort],
});

export const mcpServerOperationDuration = defineMetric({
  name: 'mcp.server.operation.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of MCP requests by their receiver, to the answer, and notifications, which are told to take no time.',
  stability: 'development',
  buckets: SECONDS_MCP,
  attributes: operation,
});

export const mcpClientSessionDuration = defineMetric({
  name: 'mcp.client.session.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of MCP sessions of clients, from connecting to closing.',
  stability: 'development',
  buckets: SECONDS_MCP,
  attributes: [...session, serverAddress, serverPort],
});

export const mcpServerSessionDuration = defineMetric({
  name: 'mcp.server.session.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of MCP sessions of servers, from connecting to closing; without sessions, each request is one.',
  stability: 'development',
  buckets: SECONDS_MCP,
  attributes: session,
});

export const mcpActiveSessions = defineMetric({
  name: 'mcp.active_sessions',
  instrument: 'updowncounter',
  unit: '{session}',
  brief: 'MCP sessions that are open.',
  stability: 'stable',
  attributes: [mcpRole, networkTransport],
});

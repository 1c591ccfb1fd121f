// What the transport of an MCP session shows: the network transport, the server, and why a message could not be sent.
import type { McpRole } from '../../catalog/mcp-attributes.ts';
import type { mcpClientSessionDuration, mcpServerSessionDuration } from '../../catalog/mcp.ts';
import type { AttributesOf } from '../../core/metric.ts';
import { errorTypeOf } from '../../core/operation.ts';
import { fieldOf } from './messages.ts';

export type McpCarrier = Pick<AttributesOf<typeof mcpServerSessionDuration>, 'network.transport' | 'network.protocol.name'>;

/** The server that a client is connected to. */
export type McpServerPlace = Pick<AttributesOf<typeof mcpClientSessionDuration>, 'server.address' | 'server.port'>;

/** Where a session takes place. */
export interface McpPlace {
  /** Undefined for an application's own kind of Protocol, whose sessions are not counted, but its operations are. */
  readonly role: McpRole | undefined;
  readonly carrier: McpCarrier;
  readonly server: McpServerPlace;
}

/** By the name of the transport's class or one that it extends; applications name their own transports alike. */
const CARRIERS: readonly (readonly [RegExp, McpCarrier])[] = [
  [/stdio/i, { 'network.transport': 'pipe', 'network.protocol.name': undefined }],
  [/web_?socket/i, { 'network.transport': 'tcp', 'network.protocol.name': 'websocket' }],
  [/http|sse(?![a-z])|^sse/i, { 'network.transport': 'tcp', 'network.protocol.name': 'http' }],
];

const NO_CARRIER: McpCarrier = { 'network.transport': undefined, 'network.protocol.name': undefined };

export function placeOf(role: McpRole | undefined, transport: object): McpPlace {
  return { role, carrier: carrierOf(transport), server: serverPlaceOf(transport) };
}

function carrierOf(transport: object): McpCarrier {
  for (const name of classNamesOf(transport)) {
    for (const [pattern, carrier] of CARRIERS) if (pattern.test(name)) return carrier;
  }
  return NO_CARRIER;
}

function* classNamesOf(object: object): Generator<string> {
  let prototype = Object.getPrototypeOf(object) as object | null;
  while (prototype !== null && prototype !== Object.prototype) {
    const made = prototype.constructor as { readonly name?: unknown } | undefined;
    if (typeof made?.name === 'string') yield made.name;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
}

/** Transports of clients keep their URL. */
function serverPlaceOf(transport: object): McpServerPlace {
  const url = fieldOf(transport, '_url');
  if (!(url instanceof URL)) return { 'server.address': undefined, 'server.port': undefined };
  const standardPort = /^(?:https|wss):$/.test(url.protocol) ? 443 : 80;
  return { 'server.address': url.hostname, 'server.port': url.port === '' ? standardPort : Number(url.port) };
}

/** The HTTP status of the response, else the code of the connection's error, else the name of the error. */
export function sendErrorType(error: unknown): string {
  const status = fieldOf(error, 'status') ?? fieldOf(error, 'code');
  if (Number.isInteger(status) && (status as number) >= 400 && (status as number) < 600) return String(status);
  const cause = fieldOf(error, 'cause');
  return typeof fieldOf(cause, 'code') === 'string' ? errorTypeOf(cause) : errorTypeOf(error);
}

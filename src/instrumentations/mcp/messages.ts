// Parses MCP messages, such that nothing a peer may send can fail or be kept: every field may be missing, or of any type.
import {
  type McpMethod,
  mcpMethodName,
  mcpProtocolVersion,
  type McpStatusCode,
  type McpVersion,
  rpcResponseStatusCode,
} from '../../catalog/mcp-attributes.ts';
import { OTHER } from '../../core/attribute.ts';

/** What has a name: requests call one by its name, and list them all. */
export type McpNamed = 'tools' | 'prompts';

/** The methods that call one by its name, and those that list them all. */
export const CALLS: Partial<Record<McpMethod, McpNamed>> = { 'tools/call': 'tools', 'prompts/get': 'prompts' };
export const LISTS: Partial<Record<McpMethod, McpNamed>> = { 'tools/list': 'tools', 'prompts/list': 'prompts' };

/** The key of a request's protocol version, since 2026-07-28. */
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

const LONGEST_NAME = 256;

/** A longer list is not read to its end. */
const MOST_LISTED = 1000;

const methods = new Set<unknown>(mcpMethodName.values);
const versions = new Set<unknown>(mcpProtocolVersion.values);
const statusCodes = new Set<unknown>(rpcResponseStatusCode.values);

/** A field of any value; undefined if there is none. */
export function fieldOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return (value as Readonly<Record<string | number, unknown>>)[key];
  } catch {
    // Within one process, a message may be any object, with getters that throw.
    return undefined;
  }
}

export function knownMethod(method: string): McpMethod {
  return methods.has(method) ? (method as McpMethod) : OTHER;
}

/** The name in the parameters of a request, unless it is longer than any that a label could hold. */
export function nameIn(params: unknown): string | undefined {
  return shortText(fieldOf(params, 'name'));
}

/** The names in the result of a list. */
export function* namesIn(result: unknown, named: McpNamed): Generator<string> {
  const items = fieldOf(result, named);
  if (!Array.isArray(items)) return;
  const length = Math.min(items.length, MOST_LISTED);
  for (let index = 0; index < length; index += 1) {
    const name = shortText(fieldOf(fieldOf(items, index), 'name'));
    if (name !== undefined) yield name;
  }
}

/** The protocol version of a request. */
export function versionRequested(params: unknown): McpVersion | undefined {
  return knownVersion(fieldOf(fieldOf(params, '_meta'), VERSION_KEY));
}

/** The protocol version that a server has chosen in its response to `initialize`. */
export function versionChosen(result: unknown): McpVersion | undefined {
  return knownVersion(fieldOf(result, 'protocolVersion'));
}

function knownVersion(version: unknown): McpVersion | undefined {
  if (typeof version !== 'string') return undefined;
  return versions.has(version) ? (version as McpVersion) : OTHER;
}

/** The request that `notifications/cancelled` is about. */
export function cancelledId(params: unknown): unknown {
  return fieldOf(params, 'requestId');
}

/** Whether a request is cancelled because it timed out, which clients say only in the text of the reason. */
export function isTimeout(params: unknown): boolean {
  const reason = fieldOf(params, 'reason');
  return typeof reason === 'string' && /\btim(?:ed |e)-?out\b|maximum total timeout/i.test(reason.slice(0, LONGEST_NAME));
}

/** The code of a response's error; undefined if the response is a result. */
export function statusOf(answer: unknown): McpStatusCode | undefined {
  const error = fieldOf(answer, 'error');
  if (error === undefined) return undefined;
  const code = String(fieldOf(error, 'code'));
  return statusCodes.has(code) ? (code as McpStatusCode) : OTHER;
}

/** Whether the result of a tool says that it failed. */
export function isToolError(result: unknown): boolean {
  return fieldOf(result, 'isError') === true;
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME ? value : undefined;
}

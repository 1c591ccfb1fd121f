// Requests and notifications of an MCP session in one direction, until each has ended.
import type { McpMethod, McpStatusCode } from '../../catalog/mcp-attributes.ts';
import { nowMillis } from '../../core/clock.ts';
import { McpNames } from './known-names.ts';
import { CALLS, fieldOf, isToolError, LISTS, type McpNamed, namesIn, statusOf } from './messages.ts';
import { type McpCall, McpCalls } from './pending-requests.ts';

/** An operation that has ended. */
export interface McpOperation {
  readonly method: McpMethod;
  readonly durationSeconds: number;
  /** Names that are known to be names. */
  readonly tool?: string | undefined;
  readonly prompt?: string | undefined;
  readonly status?: McpStatusCode | undefined;
  readonly errorType?: string | undefined;
}

/** The known names of one direction: clients and servers of this process have different tools. */
export type KnownMcpNames = Readonly<Record<McpNamed, McpNames>>;

export function knownMcpNames(): KnownMcpNames {
  return { tools: new McpNames(), prompts: new McpNames() };
}

export interface McpOperationListeners {
  /** A request was answered without an error; called before `ended`. */
  accepted(call: McpCall, result: unknown): void;
  ended(operation: McpOperation): void;
}

/** The `error.type` of a tool that says that it failed; the request for it did not. */
const TOOL_ERROR = 'tool_error';

export class McpOperations {
  readonly #calls = new McpCalls();
  readonly #names: KnownMcpNames;
  readonly #listeners: McpOperationListeners;

  constructor(names: KnownMcpNames, listeners: McpOperationListeners) {
    this.#names = names;
    this.#listeners = listeners;
  }

  begin(id: unknown, method: string, params: unknown): McpCall | undefined {
    return this.#calls.begin(id, method, params);
  }

  /** Ends a request by what was answered. An answer that no request waits for is none. */
  answer(id: unknown, answer: unknown): void {
    const call = this.#calls.take(id);
    if (call === undefined) return;
    const status = statusOf(answer);
    if (status !== undefined) return this.#end(call, status, status);
    const result = fieldOf(answer, 'result');
    this.#listeners.accepted(call, result);
    if (call.method === 'tools/call' && isToolError(result)) return this.#end(call, TOOL_ERROR);
    this.#learn(call, result);
    this.#end(call, undefined);
  }

  /** Ends a request that is no longer waited for. */
  giveUp(id: unknown, errorType: string): void {
    const call = this.#calls.take(id);
    if (call !== undefined) this.#end(call, errorType);
  }

  giveUpAll(errorType: string): void {
    for (const call of this.#calls.takeAll()) this.#end(call, errorType);
  }

  notify(method: McpMethod, durationSeconds: number, errorType?: string): void {
    this.#listeners.ended({ method, durationSeconds, errorType });
  }

  #learn({ method, name }: McpCall, result: unknown): void {
    const listed = LISTS[method];
    if (listed !== undefined) this.#names[listed].addListed(namesIn(result, listed));
    const called = CALLS[method];
    if (called !== undefined) this.#names[called].addCalled(name);
  }

  #end({ method, name, startMillis }: McpCall, errorType: string | undefined, status?: McpStatusCode): void {
    const { tools, prompts } = this.#names;
    this.#listeners.ended({
      method,
      durationSeconds: (nowMillis() - startMillis) / 1000,
      tool: method === 'tools/call' ? tools.labelOf(name) : undefined,
      prompt: method === 'prompts/get' ? prompts.labelOf(name) : undefined,
      status,
      errorType,
    });
  }
}

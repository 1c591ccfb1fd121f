// Pending requests of an MCP session, by id; their number is limited, since some are never answered.
import type { McpMethod, McpVersion } from '../../catalog/mcp-attributes.ts';
import { nowMillis } from '../../core/clock.ts';
import { CALLS, knownMethod, nameIn, versionRequested } from './messages.ts';

/** A request under way. */
export interface McpCall {
  readonly method: McpMethod;
  /** The name of the tool or prompt that is requested, which need not exist. */
  readonly name: string | undefined;
  /** The protocol version of the request. */
  readonly version: McpVersion | undefined;
  readonly startMillis: number;
}

/** Beyond this number, the oldest is dropped. */
const MOST_WAITING = 10_000;

const LONGEST_ID = 256;

export class McpCalls {
  readonly #waiting = new Map<string, McpCall>();

  begin(id: unknown, method: string, params: unknown): McpCall | undefined {
    const key = keyOf(id);
    if (key === undefined) return undefined;
    const known = knownMethod(method);
    const name = CALLS[known] === undefined ? undefined : nameIn(params);
    const call: McpCall = { method: known, name, version: versionRequested(params), startMillis: nowMillis() };
    if (this.#waiting.size >= MOST_WAITING) this.#waiting.delete(this.#waiting.keys().next().value!);
    this.#waiting.set(key, call);
    return call;
  }

  /** Removes and returns the request of an id; undefined if there is none. */
  take(id: unknown): McpCall | undefined {
    const key = keyOf(id);
    if (key === undefined) return undefined;
    const call = this.#waiting.get(key);
    this.#waiting.delete(key);
    return call;
  }

  takeAll(): McpCall[] {
    const calls = [...this.#waiting.values()];
    this.#waiting.clear();
    return calls;
  }
}

/** Some servers return the number of a request as text. */
function keyOf(id: unknown): string | undefined {
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && id.length <= LONGEST_ID ? id : undefined;
}

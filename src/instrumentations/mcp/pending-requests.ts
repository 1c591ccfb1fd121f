// Requests that wait for their answers, by id. What is never answered does not fill the memory.
import type { McpMethod, McpVersion } from '../../catalog/mcp-attributes.ts';
import { nowMillis } from '../../core/clock.ts';
import { CALLS, knownMethod, nameIn, versionAsked } from './messages.ts';

/** A request under way. */
export interface McpCall {
  readonly method: McpMethod;
  /** What was asked for by name, as a tool; nobody has said yet that there is such a thing. */
  readonly name: string | undefined;
  /** The protocol version that the request says it is of. */
  readonly version: McpVersion | undefined;
  readonly startMillis: number;
}

/** Of more, the oldest is given up. */
const MOST_WAITING = 10_000;

const LONGEST_ID = 256;

export class McpCalls {
  readonly #waiting = new Map<string, McpCall>();

  begin(id: unknown, method: string, params: unknown): McpCall | undefined {
    const key = keyOf(id);
    if (key === undefined) return undefined;
    const known = knownMethod(method);
    const name = CALLS[known] === undefined ? undefined : nameIn(params);
    const call: McpCall = { method: known, name, version: versionAsked(params), startMillis: nowMillis() };
    if (this.#waiting.size >= MOST_WAITING) this.#waiting.delete(this.#waiting.keys().next().value!);
    this.#waiting.set(key, call);
    return call;
  }

  /** The request of an id, which is then no longer waiting; undefined if there is none. */
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

/** Some servers answer the number that they were asked with as text. */
function keyOf(id: unknown): string | undefined {
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && id.length <= LONGEST_ID ? id : undefined;
}

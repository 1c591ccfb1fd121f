// Records MCP sessions and their operations: all sessions of the process, of every copy of the SDK.
import {
  mcpActiveSessions,
  mcpClientOperationDuration,
  mcpClientSessionDuration,
  mcpServerOperationDuration,
  mcpServerSessionDuration,
} from '../../catalog/mcp.ts';
import type { UpDownCounterCell } from '../../core/recording/cell.ts';
import type { Registry } from '../../core/recording/registry.ts';
import { knownMcpNames, type McpOperation } from './operations.ts';
import { type McpRecorder, McpSession } from './session.ts';
import type { McpPlace } from './transports.ts';

export class McpSessions implements McpRecorder {
  readonly requestedNames = knownMcpNames();
  readonly servedNames = knownMcpNames();
  isStopped = false;
  readonly #sent;
  readonly #received;
  readonly #clientSessions;
  readonly #serverSessions;
  readonly #active;
  readonly #activeCells = new Set<UpDownCounterCell>();
  /** A session that is never closed ends when it is garbage-collected; how long it lasted is not known. */
  readonly #dropped = new FinalizationRegistry<UpDownCounterCell>((active) => {
    if (!this.isStopped) active.add(-1);
  });

  constructor(registry: Registry) {
    this.#sent = registry.instrument(mcpClientOperationDuration);
    this.#received = registry.instrument(mcpServerOperationDuration);
    this.#clientSessions = registry.instrument(mcpClientSessionDuration);
    this.#serverSessions = registry.instrument(mcpServerSessionDuration);
    this.#active = registry.instrument(mcpActiveSessions);
  }

  open(place: McpPlace): McpSession {
    const session = new McpSession(place, this);
    const active = this.#activeOf(place);
    if (active !== undefined) {
      active.add(1);
      this.#activeCells.add(active);
      this.#dropped.register(session, active, session);
    }
    return session;
  }

  /** Records nothing more, and sets active sessions to 0, since their end will not be seen. */
  stop(): void {
    for (const active of this.#activeCells) active.set(0);
    this.isStopped = true;
  }

  sent(operation: McpOperation, session: McpSession): void {
    const { carrier, server } = session.place;
    this.#sent.record(operation.durationSeconds, { ...attributesOf(operation, session), ...carrier, ...server });
  }

  received(operation: McpOperation, session: McpSession): void {
    const { carrier } = session.place;
    this.#received.record(operation.durationSeconds, { ...attributesOf(operation, session), ...carrier });
  }

  ended(session: McpSession, durationSeconds: number, errorType: string | undefined): void {
    const { place, version } = session;
    this.#dropped.unregister(session);
    this.#activeOf(place)?.add(-1);
    const attributes = { ...place.carrier, 'mcp.protocol.version': version, 'error.type': errorType };
    if (place.role === 'client') this.#clientSessions.record(durationSeconds, { ...attributes, ...place.server });
    if (place.role === 'server') this.#serverSessions.record(durationSeconds, attributes);
  }

  #activeOf({ role, carrier }: McpPlace): UpDownCounterCell | undefined {
    return role && this.#active.bind({ 'mcp.role': role, 'network.transport': carrier['network.transport'] });
  }
}

function attributesOf({ method, tool, prompt, status, errorType }: McpOperation, { version }: McpSession) {
  return {
    'mcp.method.name': method,
    'mcp.protocol.version': version,
    'gen_ai.operation.name': method === 'tools/call' ? 'execute_tool' : undefined,
    'gen_ai.tool.name': tool,
    'gen_ai.prompt.name': prompt,
    'rpc.response.status_code': status,
    'error.type': errorType,
  } as const;
}

// Clients and servers of the MCP SDK, versions 1 and 2: their sessions, requests and notifications, in both directions.
//
// The SDK publishes nothing. A client and a server is a Protocol, which connects to a transport: it sets its handlers on the
// transport, and starts it. Between the two a session begins, which observes every message, and ends when the transport closes.
// Each module system has a copy of the class; in version 2, each package has.
import type { McpRole } from '../../catalog/mcp-attributes.ts';
import {
  mcpActiveSessions,
  mcpClientOperationDuration,
  mcpClientSessionDuration,
  mcpServerOperationDuration,
  mcpServerSessionDuration,
} from '../../catalog/mcp.ts';
import { timeOperation } from '../../core/operation.ts';
import type { Guard, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { observeOwnCalls } from '../../hooks/observe-calls.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { wrapMethod } from '../../hooks/wrap-method.ts';
import { wrapOwnMethod } from '../../hooks/wrap-own-method.ts';
import { fieldOf } from './messages.ts';
import type { McpSession } from './session.ts';
import { McpSessions } from './sessions.ts';
import { placeOf, sendErrorType } from './transports.ts';

export const mcp: Instrumentation = {
  name: 'mcp',
  target: { package: '@modelcontextprotocol/sdk', versions: '>=1.2 <2' },
  metrics: [
    mcpClientOperationDuration,
    mcpServerOperationDuration,
    mcpClientSessionDuration,
    mcpServerSessionDuration,
    mcpActiveSessions,
  ],
  attach(attachment) {
    const sessions = new McpSessions(attachment.registry);
    const patch = (exports: Exports): Undo => observeConnections(exports, sessions, attachment.guard);
    attachment.onDetach(() => sessions.stop());
    attachment.patch({ file: 'dist/cjs/shared/protocol.js', esFile: 'dist/esm/shared/protocol.js' }, patch);
    for (const side of ['client', 'server']) {
      const module = { package: `@modelcontextprotocol/${side}`, versions: '>=2 <3' };
      attachment.patch({ ...module, file: 'dist/index.cjs', esFile: 'dist/index.mjs' }, patch);
    }
  },
};

interface Exports {
  /** Missing while the module is being loaded. */
  readonly Protocol?: { readonly prototype: object };
}

/** A client has the first of these methods, a server the second. */
interface Protocol {
  readonly getServerCapabilities?: unknown;
  readonly getClientCapabilities?: unknown;
}

/** A session on a transport. */
interface Connection {
  readonly protocol: object;
  readonly session: McpSession;
  /** Ends the session, and observes the transport no more. */
  readonly end: (errorType?: string) => void;
}

/** A call of `connect`, until it has settled. */
interface Attempt {
  readonly cancel: Undo;
  /** Set when the transport is started, unless its session is observed already. */
  connection?: Connection | undefined;
}

/** By transport. */
const connections = new WeakMap<object, Connection>();

function observeConnections({ Protocol }: Exports, sessions: McpSessions, guard: Guard): Undo {
  // Node 22 passes incomplete exports where the application is in the middle of loading the module.
  if (Protocol === undefined) throw new Error('MCP was being loaded already; start Node with --import promtel/register');
  const begin = guard((protocol: object, transport: object) => beginSession(protocol, transport, sessions, guard));
  const prepare = guard((protocol: object, transport: unknown) => awaitStart(protocol, transport, begin, guard));
  const settle = guard(({ cancel, connection }: Attempt, errorType: string | undefined): void => {
    cancel();
    if (errorType !== undefined) connection?.end(errorType);
  });
  // By `timeOperation`, as `send` below: the methods of an application's own classes may return anything, not only promises.
  return wrapMethod(Protocol.prototype, 'connect', (connect) => {
    return function (...values) {
      const attempt = prepare(this as object, values[0]);
      if (attempt === undefined) return connect.apply(this, values);
      return timeOperation(
        () => connect.apply(this, values),
        ({ errorType }, error) => settle(attempt, errorType && sendErrorType(error)),
      );
    };
  });
}

function awaitStart(
  protocol: object,
  transport: unknown,
  begin: (protocol: object, transport: object) => Connection | undefined,
  guard: Guard,
): Attempt | undefined {
  if (typeof transport !== 'object' || transport === null) return undefined;
  const attempt: Attempt = {
    cancel: observeOwnCalls(transport, 'start', guard, {
      before() {
        attempt.cancel();
        attempt.connection = begin(protocol, transport);
      },
    }),
  };
  return attempt;
}

function beginSession(protocol: object, transport: object, sessions: McpSessions, guard: Guard): Connection | undefined {
  const former = connections.get(transport);
  if (former?.protocol === protocol && !former.session.isOver) return undefined;
  former?.end();
  const session = sessions.open(placeOf(roleOf(protocol), transport));
  const release = observeTransport(transport, session, guard, () => connection.end());
  const connection: Connection = {
    protocol,
    session,
    end(errorType) {
      session.end(errorType);
      release();
    },
  };
  connections.set(transport, connection);
  return connection;
}

function roleOf({ getServerCapabilities, getClientCapabilities }: Protocol): McpRole | undefined {
  if (typeof getServerCapabilities === 'function') return 'client';
  return typeof getClientCapabilities === 'function' ? 'server' : undefined;
}

/** Passes every message to the session, and reports when the transport closes. What the transport does stays the same. */
function observeTransport(transport: object, session: McpSession, guard: Guard, closed: () => void): Undo {
  const send = guard((message: unknown, options: unknown) => {
    observeSignal(fieldOf(options, 'requestSignal'), message, session, guard);
    return session.send(message);
  });
  return undoAll([
    observeOwnCalls(transport, 'onmessage', guard, { before: (_, [message]: [unknown]) => session.receive(message) }),
    observeOwnCalls(transport, 'onclose', guard, { before: closed }),
    wrapOwnMethod(transport, 'send', (original) => {
      return function (...values) {
        const ended = send(values[0], values[1]);
        return ended === undefined ? original.apply(this, values) : timeOperation(() => original.apply(this, values), ended);
      };
    }),
  ]);
}

/** Since protocol version 2026-07-28, a request over HTTP is cancelled by its signal, and not by a message. */
function observeSignal(signal: unknown, message: unknown, session: McpSession, guard: Guard): void {
  if (!(signal instanceof AbortSignal)) return;
  const id = fieldOf(message, 'id');
  signal.addEventListener(
    'abort',
    guard(() => session.cancel(id)),
    { once: true },
  );
}

// A session of MCP: one side's connection to the other, with every message that is sent and received.
import type { McpVersion } from '../../catalog/mcp-attributes.ts';
import { nowMillis } from '../../core/clock.ts';
import { ABORTED, type OperationListener } from '../../core/operation.ts';
import { cancelledId, fieldOf, isTimeout, knownMethod, versionChosen } from './messages.ts';
import { type KnownMcpNames, type McpOperation, McpOperations } from './operations.ts';
import type { McpCall } from './pending-requests.ts';
import { type McpPlace, sendErrorType } from './transports.ts';

/** Where what happens in sessions is recorded. */
export interface McpRecorder {
  /** Names of tools and prompts that are requested here, and of those that are served here. */
  readonly requestedNames: KnownMcpNames;
  readonly servedNames: KnownMcpNames;
  /** Whether nothing is recorded any more. */
  readonly isStopped: boolean;
  sent(operation: McpOperation, session: McpSession): void;
  received(operation: McpOperation, session: McpSession): void;
  ended(session: McpSession, durationSeconds: number, errorType: string | undefined): void;
}

/** The `error.type` of requests that were cancelled, and of those that timed out, where the cancellation says so. */
const CANCELLED = 'cancelled';
const TIMEOUT = 'timeout';

export class McpSession {
  readonly place: McpPlace;
  /** The protocol version, once it is negotiated. */
  version: McpVersion | undefined = undefined;
  readonly #recorder: McpRecorder;
  readonly #sent: McpOperations;
  readonly #received: McpOperations;
  readonly #startMillis = nowMillis();
  /** Why `initialize` failed. */
  #failure: string | undefined = undefined;
  #isOver = false;

  constructor(place: McpPlace, recorder: McpRecorder) {
    this.place = place;
    this.#recorder = recorder;
    const accepted = ({ method, version }: McpCall, result: unknown): void => {
      this.version = (method === 'initialize' ? versionChosen(result) : version) ?? this.version;
    };
    const noting = (record: (operation: McpOperation) => void) => (operation: McpOperation) => {
      if (operation.method === 'initialize') this.#failure = operation.errorType;
      record(operation);
    };
    this.#sent = new McpOperations(recorder.requestedNames, {
      accepted,
      ended: noting((operation) => recorder.sent(operation, this)),
    });
    this.#received = new McpOperations(recorder.servedNames, {
      accepted,
      ended: noting((operation) => recorder.received(operation, this)),
    });
  }

  get isOver(): boolean {
    return this.#isOver || this.#recorder.isStopped;
  }

  /** Observes a message before it is sent. The listener returned, if any, has to be called when it was sent. */
  send(message: unknown): OperationListener | undefined {
    const id = fieldOf(message, 'id');
    const method = fieldOf(message, 'method');
    if (this.isOver) return undefined;
    if (typeof method !== 'string') {
      this.#received.answer(id, message);
      return undefined;
    }
    const params = fieldOf(message, 'params');
    if (id === undefined) return this.#sendNotification(method, params);
    if (this.#sent.begin(id, method, params) === undefined) return undefined;
    return ({ errorType }, error) => {
      if (errorType !== undefined && !this.isOver) this.#sent.giveUp(id, sendErrorType(error));
    };
  }

  /** Observes a message that was received. */
  receive(message: unknown): void {
    if (this.isOver) return;
    const id = fieldOf(message, 'id');
    const method = fieldOf(message, 'method');
    const params = fieldOf(message, 'params');
    if (typeof method !== 'string') this.#sent.answer(id, message);
    else if (id !== undefined) this.#received.begin(id, method, params);
    else {
      if (method === 'notifications/cancelled') this.#received.giveUp(cancelledId(params), CANCELLED);
      this.#received.notify(knownMethod(method), 0);
    }
  }

  /** Ends a request that its sender waits for no longer, without a message to the other side. */
  cancel(id: unknown): void {
    if (!this.isOver) this.#sent.giveUp(id, CANCELLED);
  }

  /** Ends the session, and as aborted every request that is pending. */
  end(errorType?: string): void {
    if (this.isOver) return;
    this.#sent.giveUpAll(ABORTED);
    this.#received.giveUpAll(ABORTED);
    this.#isOver = true;
    this.#recorder.ended(this, (nowMillis() - this.#startMillis) / 1000, errorType ?? this.#failure);
  }

  #sendNotification(method: string, params: unknown): OperationListener {
    if (method === 'notifications/cancelled') this.#sent.giveUp(cancelledId(params), isTimeout(params) ? TIMEOUT : CANCELLED);
    return ({ durationSeconds, errorType }, error) => {
      if (this.isOver) return;
      this.#sent.notify(knownMethod(method), durationSeconds, errorType === undefined ? undefined : sendErrorType(error));
    };
  }
}

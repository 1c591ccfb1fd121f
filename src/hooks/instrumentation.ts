// The interfaces between an instrumentation, which is a library's file in instrumentations/, and what attaches it.
import type { InstrumentationSettings } from '../config/instrumentation-settings.ts';
import type { MetricDefinition } from '../core/metric.ts';
import type { CollectCallback, Registry } from '../core/recording/registry.ts';
import type { TraceHandlers } from './tracing-channel.ts';

export interface Instrumentation {
  /** As in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`; the official instrumentation's name where there is one. */
  readonly name: string;
  /** Its own name where several instrumentations share one, such as `http-client`; the name, unless given. */
  readonly id?: string;
  /** The npm package, or `node` for what the runtime itself publishes, and the versions that can be instrumented. */
  readonly target: { readonly package: string; readonly versions: string };
  /** Every metric that it may record; none if it only sets routes. */
  readonly metrics: readonly MetricDefinition[];
  /** Subscribes and patches, by the attachment, which undoes it. Never called while another attachment of it is active. */
  attach(attachment: Attachment): void;
}

// Payloads are declared where they are read: `unknown` here would need a cast in every handler.
// oxlint-disable-next-line typescript/no-explicit-any
export type ChannelHandler = (message: any) => void;

export type Undo = () => void;

/** A module to patch; of the package and versions of the instrumentation's target, unless it names others. */
export interface PatchTarget {
  readonly package?: string;
  readonly versions?: string;
  /** The CommonJS file within the package. */
  readonly file: string;
  /** The ES module of the same contents, where a package has both; left out if it only re-exports the CommonJS file. */
  readonly esFile?: string;
  /** Exported functions of the ES module that `apply` replaces; it is given an object on which it can. */
  readonly esReplaces?: readonly string[];
}

/** The arguments of a guarded function. They are few, because to spread any number would cost more than what is guarded. */
export type FewArguments = [unknown?, unknown?, unknown?, unknown?];

/** Makes a function that returns undefined instead of throwing. */
export type Guard = <Arguments extends FewArguments, Result>(
  run: (...values: Arguments) => Result,
) => (...values: Arguments) => Result | undefined;

/** What an instrumentation attaches with: everything is guarded, and undone when it is detached or fails. */
export interface Attachment {
  readonly registry: Registry;
  readonly settings: InstrumentationSettings;
  /** Subscribes to a diagnostics channel. The library is never imported: the payload is declared where it is read. */
  subscribe(channel: string, handler: ChannelHandler): Undo;
  /**
   * Observes a tracing channel, such as `ioredis:command`: each operation is reported once, however it ends, with its duration.
   */
  trace<Message extends object>(name: string, handlers: TraceHandlers<Message>): void;
  /**
   * Patches every copy of a module that the application loads from now on, and those that an earlier attachment patched. For a
   * library that publishes nothing.
   */
  patch<Exports extends object>(target: PatchTarget, apply: (exports: Exports) => Undo): void;
  /** Calls back before every collection, to read values. */
  onCollect(callback: CollectCallback): void;
  /** Whether the target's versions include this one; reported once if they do not. */
  isKnown(version: string): boolean;
  /**
   * Makes a function safe to be called by the host, as an event listener or around a call of its own: instead of throwing, it
   * returns undefined and detaches the instrumentation.
   */
  readonly guard: Guard;
  /** Undoes whatever else was set up: a timer, an observer, a patched function. */
  onDetach(undo: Undo): void;
}

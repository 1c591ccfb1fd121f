// What a library's file in instrumentations/ is: which library, which metrics, and what to do when it speaks.
import type { InstrumentationSettings } from '../core/instrumentation-settings.ts';
import type { MetricDefinition } from '../core/metric.ts';
import type { CollectCallback, Registry } from '../core/recording/registry.ts';
import type { TraceHandlers } from './tracing-channel.ts';

export interface Instrumentation {
  /** As in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`; the official instrumentation's name where there is one. */
  readonly name: string;
  /** The npm package, or `node` for what the runtime itself publishes, and the versions that can be seen. */
  readonly target: { readonly package: string; readonly versions: string };
  /** Every metric that it may record; none where it only tells routes. */
  readonly metrics: readonly MetricDefinition[];
  /** Subscribes. Whatever it starts, it starts through the attachment, which knows how to undo it. */
  attach(attachment: Attachment): void;
}

// What a channel publishes is declared where it is read: an unknown here would ask for a cast in every handler.
// oxlint-disable-next-line typescript/no-explicit-any
export type ChannelHandler = (message: any) => void;

export type Undo = () => void;

/** A module to patch; in the package and versions of the instrumentation's target unless it says others. */
export interface PatchTarget {
  readonly package?: string;
  readonly versions?: string;
  /** The CommonJS file within the package. */
  readonly file: string;
  /** The ES module that stands for it, where a package has both; left out if the ES module only passes on the CommonJS one. */
  readonly esFile?: string;
  /** Functions that the ES module exports and that are to be replaced: `apply` is given an object on which they can be. */
  readonly esReplaces?: readonly string[];
}

/** As many as a guarded function may take: a guard that spread any number of them would cost more than what it guards. */
export type FewArguments = [unknown?, unknown?, unknown?];

/** Gives undefined instead of throwing. */
export type Guard = <Arguments extends FewArguments, Result>(
  run: (...values: Arguments) => Result,
) => (...values: Arguments) => Result | undefined;

/** What an instrumentation is given: everything is guarded, and undone when it detaches or fails. */
export interface Attachment {
  readonly registry: Registry;
  readonly settings: InstrumentationSettings;
  /** Listens on a diagnostics channel. The library is never imported: the payload is declared where it is read. */
  subscribe(channel: string, handler: ChannelHandler): Undo;
  /**
   * Follows the operations of a library's tracing channel, such as `ioredis:command`: each is told once, however it ends, with
   * how long it took.
   */
  trace<Message extends object>(name: string, handlers: TraceHandlers<Message>): void;
  /** Patches every copy of a module that the application loads from now on, for a library that publishes nothing. */
  patch<Exports extends object>(target: PatchTarget, apply: (exports: Exports) => Undo): void;
  /** Reads values before every collection. */
  onCollect(callback: CollectCallback): void;
  /** Whether the target's versions include this one; reported once if they do not. */
  isKnown(version: string): boolean;
  /**
   * Makes a function safe to be called by the host, as an event listener or around a call of its own: it never throws, and one
   * that fails gives undefined and detaches the instrumentation.
   */
  readonly guard: Guard;
  /** Undoes whatever else was set up: a timer, an observer, a patched function. */
  onDetach(undo: Undo): void;
}

// Attaches instrumentations: subscribes for them, guards the host from them, and detaches one that fails.
import { channel, type Channel } from 'node:diagnostics_channel';
import type { InstrumentationSettings } from '../core/instrumentation-settings.ts';
import { messageOf, reportProblem } from '../core/problem.ts';
import type { CollectCallback, Registry } from '../core/recording/registry.ts';
import type { Attachment, ChannelHandler, FewArguments, Guard, Instrumentation, PatchTarget, Undo } from './instrumentation.ts';
import { onEsModule } from './modules/es-module-hook.ts';
import type { FirstMessage } from './modules/library-use.ts';
import { onModule } from './modules/module-hook.ts';
import { inRange } from './modules/version-range.ts';
import { observeTracingChannel, type TraceHandlers } from './tracing-channel.ts';

export interface AttachedInstrumentation {
  readonly instrumentation: Instrumentation;
  /** Why it detached itself; undefined while all is well. */
  readonly failure: string | undefined;
  /** Leaves no subscriber, timer or patch behind. */
  detach(): void;
}

/**
 * Attaches one instrumentation, which then handles the message that it comes too late for, if there is one. It never throws: one
 * that fails is detached and reported once.
 */
export function attach(
  instrumentation: Instrumentation,
  registry: Registry,
  settings: InstrumentationSettings,
  first?: FirstMessage,
): AttachedInstrumentation {
  const attached = new GuardedAttachment(instrumentation, registry, settings, first);
  attached.guard(() => instrumentation.attach(attached))();
  attached.handleFirst();
  return attached;
}

const traceKeys = new WeakMap<Instrumentation, symbol>();

function traceKeyOf(instrumentation: Instrumentation): symbol {
  let key = traceKeys.get(instrumentation);
  if (key === undefined) traceKeys.set(instrumentation, (key = Symbol(`promtel.${instrumentation.name}.startMillis`)));
  return key;
}

class GuardedAttachment implements Attachment, AttachedInstrumentation {
  readonly instrumentation: Instrumentation;
  readonly registry: Registry;
  readonly settings: InstrumentationSettings;
  failure: string | undefined = undefined;
  /** The same for every attachment of an instrumentation, so that attached twice it counts once. */
  readonly #traceKey: symbol;
  readonly #first: FirstMessage | undefined;
  readonly #handlersOfFirst: ChannelHandler[] = [];
  #undo: Undo[] = [];
  #isDetached = false;
  #isUndone = true;

  constructor(
    instrumentation: Instrumentation,
    registry: Registry,
    settings: InstrumentationSettings,
    first: FirstMessage | undefined,
  ) {
    this.instrumentation = instrumentation;
    this.registry = registry;
    this.settings = settings;
    this.#first = first;
    this.#traceKey = traceKeyOf(instrumentation);
  }

  subscribe(name: string, handler: ChannelHandler): Undo {
    // Spelled out rather than guard(handler): this runs for every request, and spreading arguments is not free.
    const guarded = (message: unknown): void => {
      try {
        handler(message);
      } catch (error) {
        this.#fail(error);
      }
    };
    const source: Channel = channel(name);
    const unsubscribe = (): void => {
      source.unsubscribe(guarded);
    };
    source.subscribe(guarded);
    if (name === this.#first?.channel) this.#handlersOfFirst.push(guarded);
    this.onDetach(unsubscribe);
    return unsubscribe;
  }

  handleFirst(): void {
    for (const handle of this.#handlersOfFirst.splice(0)) handle(this.#first?.message);
  }

  trace<Message extends object>(name: string, handlers: TraceHandlers<Message>): void {
    observeTracingChannel(name, this.#traceKey, handlers, (event, handler) => this.subscribe(event, handler));
  }

  patch<Exports extends object>(module: PatchTarget, apply: (exports: Exports) => Undo): void {
    const { target } = this.instrumentation;
    const { package: name = target.package, versions = target.versions, file, esFile, esReplaces } = module;
    const patchCopy = this.guard((exports: object, version: string): void => {
      if (this.#knows(name, version, versions)) this.onDetach(apply(exports as Exports));
    });
    this.onDetach(onModule({ package: name, file }, patchCopy));
    if (esFile !== undefined) this.onDetach(onEsModule({ package: name, file: esFile, replaces: esReplaces }, patchCopy));
  }

  // A field, as guard is: the recorders of an area take it out of what they are given.
  readonly onCollect = (callback: CollectCallback): void => {
    this.onDetach(this.registry.onCollect(this.instrumentation.name, callback));
  };

  isKnown(version: string): boolean {
    const { package: name, versions } = this.instrumentation.target;
    return this.#knows(name, version, versions);
  }

  // A throwing channel subscriber ends the process as an uncaught exception, so nothing gets past this.
  readonly guard: Guard = <Arguments extends FewArguments, Result>(run: (...values: Arguments) => Result) => {
    const runFew = run as unknown as (first: unknown, second: unknown, third: unknown) => Result;
    const guarded = (first?: unknown, second?: unknown, third?: unknown): Result | undefined => {
      try {
        return runFew(first, second, third);
      } catch (error) {
        this.#fail(error);
        return undefined;
      }
    };
    return guarded as (...values: Arguments) => Result | undefined;
  };

  onDetach(undo: Undo): void {
    if (this.#isDetached) this.#undoOne(undo);
    else this.#undo.push(undo);
  }

  detach(): void {
    this.#isDetached = true;
    for (const undo of this.#undo.splice(0).reverse()) this.#undoOne(undo);
  }

  #undoOne(undo: Undo): void {
    try {
      undo();
    } catch (error) {
      if (this.#isUndone) this.#report(`could not undo all that it had set up: ${messageOf(error)}`);
      this.#isUndone = false;
    }
  }

  #knows(name: string, version: string, versions: string): boolean {
    const isKnown = inRange(version, versions);
    if (!isKnown) this.#report(`leaves ${name} ${version} alone: it knows ${versions}`);
    return isKnown;
  }

  #fail(error: unknown): void {
    if (this.failure !== undefined) return;
    this.failure = messageOf(error);
    this.registry.failedInstrumentations.add(this.instrumentation.name);
    this.#report(`failed and was detached: ${this.failure}`);
    this.detach();
  }

  #report(message: string): void {
    reportProblem(`instrumentation ${this.instrumentation.name}`, message);
  }
}

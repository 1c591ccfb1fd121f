// Attaches instrumentations: subscribes and patches for them, guards the host from them, and detaches one that fails.
import { channel, type Channel } from 'node:diagnostics_channel';
import type { InstrumentationSettings } from '../config/instrumentation-settings.ts';
import { messageOf, reportProblem } from '../core/problem.ts';
import type { CollectCallback, Registry } from '../core/recording/registry.ts';
import { AttachmentTurn } from './attachment-turn.ts';
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
  /** Leaves no subscriber, timer or patch behind. The next attachment of this instrumentation, if one waits, takes over. */
  detach(): void;
}

/**
 * Attaches one instrumentation, or has it wait while another attachment of it is active in this process. If it was attached
 * because of a message, it handles that as well. It never throws: one that fails is detached and reported once.
 */
export function attach(
  instrumentation: Instrumentation,
  registry: Registry,
  settings: InstrumentationSettings,
  firstMessage?: FirstMessage,
): AttachedInstrumentation {
  const attached = new GuardedAttachment(instrumentation, registry, settings, firstMessage);
  attached.begin();
  attached.handleFirstMessage();
  return attached;
}

class GuardedAttachment implements Attachment, AttachedInstrumentation {
  readonly instrumentation: Instrumentation;
  readonly registry: Registry;
  readonly settings: InstrumentationSettings;
  failure: string | undefined = undefined;
  readonly #turn: AttachmentTurn;
  #firstMessage: FirstMessage | undefined;
  readonly #handlersOfFirstMessage: ChannelHandler[] = [];
  #undos: Undo[] = [];
  #isDetached = false;
  #isUndone = true;

  constructor(
    instrumentation: Instrumentation,
    registry: Registry,
    settings: InstrumentationSettings,
    firstMessage: FirstMessage | undefined,
  ) {
    this.instrumentation = instrumentation;
    this.registry = registry;
    this.settings = settings;
    this.#firstMessage = firstMessage;
    const { id = instrumentation.name } = instrumentation;
    this.#turn = new AttachmentTurn(
      id,
      this.guard(() => instrumentation.attach(this)),
    );
  }

  begin(): void {
    this.#turn.take();
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
    if (name === this.#firstMessage?.channel) this.#handlersOfFirstMessage.push(guarded);
    this.onDetach(unsubscribe);
    return unsubscribe;
  }

  handleFirstMessage(): void {
    const message = this.#firstMessage?.message;
    // Not kept: it may hold a request, or the rows of a query.
    this.#firstMessage = undefined;
    for (const handle of this.#handlersOfFirstMessage.splice(0)) if (!this.#isDetached) handle(message);
  }

  trace<Message extends object>(name: string, handlers: TraceHandlers<Message>): void {
    observeTracingChannel(name, handlers, (event, handler) => this.subscribe(event, handler));
  }

  patch<Exports extends object>(module: PatchTarget, apply: (exports: Exports) => Undo): void {
    const { target } = this.instrumentation;
    const { package: name = target.package, versions = target.versions, file, esFile, esReplaces } = module;
    const path = `${name}/${file}`;
    const patched = new WeakSet<object>();
    const patchCopy = this.guard((exports: object, version: string): void => {
      if (patched.has(exports) || !this.#knows(name, version, versions)) return;
      patched.add(exports);
      this.#turn.addPatchedModule(path, exports, version);
      this.onDetach(apply(exports as Exports));
    });
    for (const [exports, version] of this.#turn.patchedModules(path)) patchCopy(exports, version);
    this.onDetach(onModule({ package: name, file }, patchCopy));
    if (esFile !== undefined) this.onDetach(onEsModule({ package: name, file: esFile, replaces: esReplaces }, patchCopy));
  }

  // A field, as guard is: recorders destructure the attachment.
  readonly onCollect = (callback: CollectCallback): void => {
    this.onDetach(this.registry.onCollect(this.instrumentation.name, callback));
  };

  isKnown(version: string): boolean {
    const { package: name, versions } = this.instrumentation.target;
    return this.#knows(name, version, versions);
  }

  // A throwing channel subscriber ends the process as an uncaught exception, so nothing gets past this.
  readonly guard: Guard = <Arguments extends FewArguments, Result>(run: (...values: Arguments) => Result) => {
    const runFew = run as unknown as (first: unknown, second: unknown, third: unknown, fourth: unknown) => Result;
    const guarded = (first?: unknown, second?: unknown, third?: unknown, fourth?: unknown): Result | undefined => {
      try {
        return runFew(first, second, third, fourth);
      } catch (error) {
        this.#fail(error);
        return undefined;
      }
    };
    return guarded as (...values: Arguments) => Result | undefined;
  };

  onDetach(undo: Undo): void {
    if (this.#isDetached) this.#undoOne(undo);
    else this.#undos.push(undo);
  }

  detach(): void {
    this.#isDetached = true;
    for (const undo of this.#undos.splice(0).reverse()) this.#undoOne(undo);
    this.#turn.end();
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

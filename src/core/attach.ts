// Attaches instrumentations: subscribes for them, guards the host from them, and detaches one that fails.
import { channel, type Channel } from 'node:diagnostics_channel';
import type { Attachment, ChannelHandler, Instrumentation, InstrumentationSettings } from './instrumentation.ts';
import { messageOf, reportProblem } from './problem.ts';
import type { CollectCallback, Registry } from './registry.ts';

export interface AttachedInstrumentation {
  readonly instrumentation: Instrumentation;
  /** Why it detached itself; undefined while all is well. */
  readonly failure: string | undefined;
  /** Leaves no subscriber, timer or patch behind. */
  detach(): void;
}

/** Attaches one instrumentation. It never throws: one that fails is detached and reported once. */
export function attach(instrumentation: Instrumentation, registry: Registry, settings: InstrumentationSettings): AttachedInstrumentation {
  const attached = new GuardedAttachment(instrumentation, registry, settings);
  attached.guard(() => instrumentation.attach(attached))();
  return attached;
}

class GuardedAttachment implements Attachment, AttachedInstrumentation {
  readonly instrumentation: Instrumentation;
  readonly registry: Registry;
  readonly settings: InstrumentationSettings;
  failure: string | undefined = undefined;
  #undo: (() => void)[] = [];

  constructor(instrumentation: Instrumentation, registry: Registry, settings: InstrumentationSettings) {
    this.instrumentation = instrumentation;
    this.registry = registry;
    this.settings = settings;
  }

  subscribe(name: string, handler: ChannelHandler): void {
    // Spelled out rather than guard(handler): this runs for every request, and spreading arguments is not free.
    const guarded = (message: unknown): void => {
      try {
        handler(message);
      } catch (error) {
        this.#fail(error);
      }
    };
    const source: Channel = channel(name);
    source.subscribe(guarded);
    this.onDetach(() => source.unsubscribe(guarded));
  }

  onCollect(callback: CollectCallback): void {
    this.onDetach(this.registry.onCollect(this.instrumentation.name, callback));
  }

  // A throwing channel subscriber ends the process as an uncaught exception, so nothing gets past this.
  guard<Arguments extends unknown[]>(run: (...values: Arguments) => void): (...values: Arguments) => void {
    return (...values) => {
      try {
        run(...values);
      } catch (error) {
        this.#fail(error);
      }
    };
  }

  onDetach(undo: () => void): void {
    if (this.failure === undefined) this.#undo.push(undo);
    else undo();
  }

  detach(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  #fail(error: unknown): void {
    if (this.failure !== undefined) return;
    this.failure = messageOf(error);
    this.registry.failedInstrumentations.add(this.instrumentation.name);
    reportProblem(`instrumentation ${this.instrumentation.name}`, `failed and was detached: ${this.failure}`);
    this.detach();
  }
}

// Keeps one attachment of each instrumentation active in a process, whichever copy of promtel made it; the others wait.
//
// Two attachments would patch and count everything twice. When the active one is detached, the one that has waited longest takes
// over. It finds here the modules that were patched until then, since a module that is loaded is not published again.
import { sharedAcrossCopies } from '../core/shared-across-copies.ts';

interface PatchedModule {
  readonly exports: WeakRef<object>;
  readonly version: string;
}

/** The attachments of one instrumentation. */
interface Queue {
  /** What activates each; the first one is active. */
  readonly activations: (() => void)[];
  /** By package and file. */
  readonly patchedModules: Map<string, PatchedModule[]>;
}

const queues = sharedAcrossCopies('attachments.1', () => new Map<string, Queue>());

export class AttachmentTurn {
  readonly #queue: Queue;
  readonly #activate: () => void;

  /** `activate` is called when this attachment is the only one, or the next. */
  constructor(id: string, activate: () => void) {
    this.#queue = queues().get(id) ?? { activations: [], patchedModules: new Map() };
    this.#activate = activate;
    queues().set(id, this.#queue);
  }

  /** Activates at once, unless another attachment is active. */
  take(): void {
    const { activations } = this.#queue;
    activations.push(this.#activate);
    if (activations.length === 1) this.#activate();
  }

  /** Lets the next one take over, or gives up waiting. */
  end(): void {
    const { activations } = this.#queue;
    const position = activations.indexOf(this.#activate);
    if (position < 0) return;
    activations.splice(position, 1);
    if (position === 0) activations[0]?.();
  }

  /** Every copy of a file, such as `pg/lib/client.js`, that an attachment has patched, with its version. */
  patchedModules(file: string): (readonly [exports: object, version: string])[] {
    return (this.#queue.patchedModules.get(file) ?? []).flatMap(({ exports: reference, version }) => {
      const exports = reference.deref();
      return exports === undefined ? [] : [[exports, version] as const];
    });
  }

  /** Adds a copy of a file for later attachments; it is not kept alive. */
  addPatchedModule(file: string, exports: object, version: string): void {
    const others = (this.#queue.patchedModules.get(file) ?? []).filter(({ exports: reference }) => {
      const other = reference.deref();
      return other !== undefined && other !== exports;
    });
    this.#queue.patchedModules.set(file, [...others, { exports: new WeakRef(exports), version }]);
  }
}

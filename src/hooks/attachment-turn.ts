// Keeps one attachment of each instrumentation active in a process, whichever copy of promtel made it; the others wait their turn.
//
// Two attachments would patch and count everything twice. Where the active one is detached, the one that has waited longest takes
// over, and finds here the modules that were patched until then: nobody announces again what is loaded already.
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

  /** Of the instrumentation of this id. `activate` is called when it is this attachment's turn. */
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

  /** Every copy of a file, such as `pg/lib/client.js`, that was patched by an attachment and is still in memory, with its version. */
  patchedModules(file: string): (readonly [exports: object, version: string])[] {
    return (this.#queue.patchedModules.get(file) ?? []).flatMap(({ exports: reference, version }) => {
      const exports = reference.deref();
      return exports === undefined ? [] : [[exports, version] as const];
    });
  }

  /** Notes a patched copy of a file for attachments to come; it is not kept alive. */
  addPatchedModule(file: string, exports: object, version: string): void {
    const known = this.patchedModules(file).filter(([other]) => other !== exports);
    const all = [...known, [exports, version] as const];
    this.#queue.patchedModules.set(
      file,
      all.map(([one, ofVersion]) => ({ exports: new WeakRef(one), version: ofVersion })),
    );
  }
}

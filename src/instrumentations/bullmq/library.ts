// The parts of BullMQ that are patched and read: its classes, its jobs, and how calls of its methods are observed.
import type { Undo } from '../../hooks/instrumentation.ts';
import { settleAfter } from '../../hooks/promise-method.ts';
import { wrapMethod } from '../../hooks/wrap-method.ts';

/**
 * The file of the classes. Not the main file: that one is recognised only under the package's own name, which an alias changes.
 */
export const CLASSES_FILE = 'dist/cjs/classes/index.js';

interface Class {
  readonly prototype: object;
}

export interface BullmqLibrary {
  readonly Job: Class;
  readonly Queue: Class;
  readonly QueueBase: Class;
  readonly Worker: Class;
  readonly FlowProducer: Class;
  /** Since 5.16. */
  readonly JobScheduler?: Class;
}

/** A job, as far as it is read. */
export interface BullmqJob {
  readonly id?: string;
  readonly name: string;
  readonly queueName: string;
  /** The queue with its prefix. */
  readonly queueQualifiedName?: string;
  /** When it was added and taken on, Unix time in milliseconds. */
  readonly timestamp: number;
  readonly processedOn?: number;
  /** Only of a job that is done for good. */
  readonly finishedOn?: number | null;
  readonly attemptsStarted: number;
  /** The delay that it was added with, in milliseconds; `job.delay` is 0 once that is over. */
  readonly opts: { readonly delay?: number };
  readonly deduplicationId?: string;
  readonly repeatJobKey?: string;
}

/** What observes a method's calls; guarded, since it runs within the application's own. */
interface CallObserver<This> {
  readonly before?: (self: This) => void;
  readonly fulfilled?: (self: This, values: readonly unknown[], result: unknown) => void;
  /** Whether some of the versions have no such method. */
  readonly isOptional?: boolean;
}

/** Observes every call of a method before it is made, and when its promise is fulfilled. */
export function observeCalls<This>(holder: object, name: string, observer: CallObserver<This>): Undo {
  const { before, fulfilled, isOptional = false } = observer;
  if (isOptional && !Object.hasOwn(holder, name)) return () => {};
  return wrapMethod(
    holder,
    name,
    (method) =>
      function (...values) {
        before?.(this as This);
        const result = method.apply(this, values);
        return fulfilled === undefined ? result : settleAfter(result, (value) => fulfilled(this as This, values, value));
      },
  );
}

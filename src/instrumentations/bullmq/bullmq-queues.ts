// BullMQ 5 and 6: the depth of queues that the application has open, read through connections of its own. Those in Postgres are left out.
import { queueJobs, queueOldestJobAge, queuePaused } from '../../catalog/jobs.ts';
import type { Attachment, Instrumentation } from '../../hooks/instrumentation.ts';
import { type Method, wrapMethod } from '../../hooks/wrap-method.ts';
import { OpenQueues, type QueueUser } from './open-queues.ts';

interface Exports {
  readonly QueueBase: { readonly prototype: object };
  readonly Queue: { readonly prototype: object };
  readonly Worker: { readonly prototype: object };
}

export const bullmqQueues: Instrumentation = {
  name: 'bullmq',
  id: 'bullmq-queues',
  target: { package: 'bullmq', versions: '>=5 <7' },
  metrics: [queueJobs, queueOldestJobAge, queuePaused],
  attach(attachment) {
    if (attachment.settings.queuePollSeconds === 0) return;
    const queues = new OpenQueues(attachment);
    attachment.onDetach(() => queues.end());
    const before = followCalls(attachment);
    const open = (user: QueueUser): void => queues.open(user);
    const close = (user: QueueUser): void => queues.close(user);
    attachment.patch({ file: 'dist/cjs/classes/index.js' }, ({ QueueBase, Queue, Worker }: Exports) => {
      const undo = [
        // Every queue calls it when it is made. Events of a queue, which block their connection, may as well: only a queue takes jobs.
        before(QueueBase.prototype, 'waitUntilReady', (user) => {
          if ('addBulk' in user) open(user);
        }),
        before(Worker.prototype, 'run', open),
        before(Queue.prototype, 'close', close),
        before(Worker.prototype, 'close', close),
      ];
      return () => {
        for (const one of undo) one();
      };
    });
  },
};

type Before = (prototype: object, name: string, tell: (user: QueueUser) => void) => () => void;

/** Tells of a call of a method before it goes on as ever. */
function followCalls({ guard }: Attachment): Before {
  return (prototype, name, tell) => {
    const told = guard(tell);
    return wrapMethod(
      prototype,
      name,
      (original: Method): Method =>
        function (...values) {
          told(this as QueueUser);
          return original.apply(this, values);
        },
    );
  };
}

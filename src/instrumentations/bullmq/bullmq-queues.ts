// BullMQ 5 and 6: the depth of the queues that the application has open, read through its own connections. Postgres is left out.
import { queueJobs, queueOldestJobAge, queuePaused } from '../../catalog/jobs.ts';
import type { Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { observeCalls } from '../../hooks/observe-calls.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { type BullmqLibrary, CLASSES_FILE } from './library.ts';
import { OpenQueues, type QueueUser } from './open-queues.ts';

export const bullmqQueues: Instrumentation = {
  name: 'bullmq',
  id: 'bullmq-queues',
  target: { package: 'bullmq', versions: '>=5 <7' },
  metrics: [queueJobs, queueOldestJobAge, queuePaused],
  attach(attachment) {
    if (attachment.settings.queuePollSeconds === 0) return;
    const queues = new OpenQueues(attachment);
    attachment.onDetach(() => queues.end());
    const open = (user: QueueUser): void => queues.open(user);
    const close = (user: QueueUser): void => queues.close(user);
    const observe = (holder: { readonly prototype: object }, name: string, before: (user: QueueUser) => void): Undo =>
      observeCalls<QueueUser, unknown[]>(holder.prototype, name, attachment.guard, { before });
    attachment.patch({ file: CLASSES_FILE }, ({ QueueBase, Queue, Worker }: BullmqLibrary) =>
      undoAll([
        // Called when a queue is made, and also by QueueEvents, which block their connection: only a queue adds jobs.
        observe(QueueBase, 'waitUntilReady', (user) => {
          if ('addBulk' in user) open(user);
        }),
        observe(Worker, 'run', open),
        observe(Queue, 'close', close),
        observe(Worker, 'close', close),
      ]),
    );
  },
};

// BullMQ 5 and 6: the depth of the queues that the application has open, read through its own connections. Postgres is left out.
import { queueJobs, queueOldestJobAge, queuePaused } from '../../catalog/jobs.ts';
import type { Instrumentation } from '../../hooks/instrumentation.ts';
import { type BullmqLibrary, CLASSES_FILE, observeCalls } from './library.ts';
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
    const open = attachment.guard((user: QueueUser) => queues.open(user));
    const openIfQueue = attachment.guard((user: QueueUser) => {
      if ('addBulk' in user) queues.open(user);
    });
    const close = attachment.guard((user: QueueUser) => queues.close(user));
    attachment.patch({ file: CLASSES_FILE }, ({ QueueBase, Queue, Worker }: BullmqLibrary) => {
      const undo = [
        // Called when a queue is made, and also by QueueEvents, which block their connection: only a queue adds jobs.
        observeCalls(QueueBase.prototype, 'waitUntilReady', { before: openIfQueue }),
        observeCalls(Worker.prototype, 'run', { before: open }),
        observeCalls(Queue.prototype, 'close', { before: close }),
        observeCalls(Worker.prototype, 'close', { before: close }),
      ];
      return () => {
        for (const one of undo) one();
      };
    });
  },
};

// The worker of the photo shop, without a line about metrics: charges cards, sends mail, makes albums.
import { UnrecoverableError, Worker } from 'bullmq';
import { settings } from '../kit/bullmq.js';
import { ALBUMS, MAIL, ORDERS } from './queues.js';

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Every tenth card is declined, without a retry; of every fourth, the first attempt fails. */
async function charge(job) {
  await pause(20 + Math.random() * 80);
  if (job.data.order % 10 === 0) throw new UnrecoverableError('the card is declined');
  if (job.data.order % 4 === 0 && job.attemptsMade === 0) throw new Error('the bank does not answer');
}

/** The work of each job, by its name. */
const WORK = {
  charge,
  newsletter: () => pause(5 + Math.random() * 10),
  reminder: () => pause(10 + Math.random() * 20),
  thumbnail: () => pause(30 + Math.random() * 120),
  album: () => pause(50),
};
const CONCURRENCY = { [ORDERS]: 3, [MAIL]: 2, [ALBUMS]: 4 };

const workers = Object.entries(CONCURRENCY).map(
  ([queue, concurrency]) => new Worker(queue, (job) => WORK[job.name](job), { ...settings, concurrency }),
);
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
console.log(`worker of ${Object.keys(CONCURRENCY).join(', ')}`);

process.on('SIGTERM', async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  settings.connection.disconnect();
});

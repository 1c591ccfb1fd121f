// The worker of the gateway: summarises texts. BullMQ retries what the provider rejects.
import Anthropic from '@anthropic-ai/sdk';
import { Worker } from 'bullmq';
import { llm } from 'promtel';
import { settings } from '../kit/bullmq.js';
import { SUMMARIES } from './queue.js';

const anthropic = new Anthropic({ maxRetries: 0 });

const worker = new Worker(SUMMARIES, ({ data }) => llm.withPurpose('summarise', () => summaryOf(data.text)), {
  ...settings,
  concurrency: 3,
});
await worker.waitUntilReady();
console.log(`worker of ${SUMMARIES}`);

async function summaryOf(text) {
  const { content } = await anthropic.messages.create({
    model: 'claude-haiku-4-5',
    max_tokens: 200,
    system: 'You sum up texts in one sentence.',
    messages: [{ role: 'user', content: text }],
  });
  return content[0].text;
}

process.on('SIGTERM', async () => {
  await worker.close();
  settings.connection.disconnect();
});

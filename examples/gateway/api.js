// The API of an LLM gateway: answers questions, whole or streamed, and queues texts for the worker to summarise.
import { Job, Queue } from 'bullmq';
import express from 'express';
import { KEPT, settings } from '../kit/bullmq.js';
import { answerInParts, answerTo } from './answers.js';
import { MODELS } from './models.js';
import { SUMMARIES } from './queue.js';

const summaries = new Queue(SUMMARIES, {
  ...settings,
  defaultJobOptions: { ...KEPT, attempts: 4, backoff: { type: 'exponential', delay: 200 } },
});

const app = express();
app.use(express.json());
app.post('/chat', async (request, response) => {
  const { model, question, stream = false } = request.body;
  if (!Object.hasOwn(MODELS, model)) return response.status(404).json({ error: `there is no ${model} here` });
  if (!stream) return response.json({ answer: await answerTo(model, question) });
  const disconnect = new AbortController();
  response.on('close', () => disconnect.abort());
  response.type('text/event-stream');
  for await (const part of answerInParts(model, question, disconnect.signal)) response.write(`data: ${JSON.stringify(part)}\n\n`);
  return response.end('data: [DONE]\n\n');
});
app.post('/summaries', async (request, response) => {
  const { id } = await summaries.add('summarise', { text: request.body.text });
  response.status(202).json({ id });
});
app.get('/summaries/:id', async (request, response) => {
  const job = await Job.fromId(summaries, request.params.id);
  if (job === undefined) return response.status(404).json({ error: 'there is no such summary' });
  return response.json({ state: await job.getState(), summary: job.returnvalue });
});

/** Errors of the provider SDKs carry the status of its response. */
app.use((error, request, response, _next) => {
  if (response.destroyed) return;
  if (error.status === undefined) console.error(error);
  if (response.headersSent) response.destroy();
  else response.status(error.status ?? 500).json({ error: error.message });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`api on http://127.0.0.1:${server.address().port}`);
});
process.on('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await summaries.close();
  settings.connection.disconnect();
});

// Exercises the AI SDK with mock models: answers, streams, failures with retries, aborts, tool calls, agents and embeddings.
import { APICallError, embed, generateText, streamText, tool } from 'ai';
import { z } from 'zod';
import { mockEmbeddings, mockModel } from '../../kit/apps/mock-models.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

const overloaded = new APICallError({
  message: 'overloaded',
  url: 'http://localhost',
  requestBodyValues: {},
  statusCode: 503,
  isRetryable: true,
  responseHeaders: { 'retry-after-ms': '1' },
});

export const exercise = exerciseOf(async (track) => {
  const look = tool({
    inputSchema: z.object({}),
    execute: async (_, options) => {
      track(options);
      return 'seen';
    },
  });
  const tools = { look };
  const telemetry = { functionId: 'looker' };
  await generateText({ model: mockModel({ error: overloaded }, { tool: 'look' }), tools, telemetry, prompt: 'Look.' });
  await generateText({ model: mockModel({ usage: null }), prompt: 'Hello.' });
  const { textStream } = streamText({ model: mockModel(), prompt: 'Hello.' });
  for await (const text of textStream) track({ text });
  const broken = streamText({ model: mockModel({ breaks: new Error('broken') }), prompt: 'Hello.', onError() {} });
  await broken.consumeStream({ onError() {} });
  await embed({ model: mockEmbeddings(), value: 'Hello.' });
});

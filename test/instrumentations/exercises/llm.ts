// Makes clients call LLMs: plain, streamed, refused and tried again, without a word about tokens, and given up in the middle.
import { anthropicOf, CLIENT_CALLS, clientCall, MESSAGES, openaiOf } from '../../kit/apps/llm-clients.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';
import { RATE_LIMITED, startLlmProvider } from '../../kit/servers/llm-provider.ts';

const USAGE = { input: 100, cacheRead: 50, cacheWrite: 25, output: 20, reasoning: 10 };

export const exercise = exerciseOf(async () => {
  await using provider = await startLlmProvider();
  const close = { connection: 'close' };
  provider.usually({ usage: USAGE, headers: close });
  for (const call of CLIENT_CALLS) await call.run(provider.urls, 'gpt-4o');
  provider.next(RATE_LIMITED);
  await openaiOf(provider.urls, 1).chat.completions.create({ model: 'gpt-4o', messages: MESSAGES });
  provider.next({ usage: null, headers: close, texts: ['one', 'two'], model: 'a-model-without-a-price' });
  await clientCall('anthropic chat, streamed').run(provider.urls);
  provider.next({ breakAfter: { outputs: 1, by: 'hang' } });
  const stream = await anthropicOf(provider.urls).messages.create({
    model: 'claude',
    max_tokens: 99,
    messages: MESSAGES,
    stream: true,
  });
  for await (const event of stream) if (event.type === 'content_block_delta') break;
});

// Makes the client of Amazon Bedrock converse and invoke models, whole and streamed, be throttled, be cut off, and say nothing of tokens.
import { createRequire } from 'node:module';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';
import { startBedrock } from '../../kit/servers/bedrock-server.ts';

const MODEL = { modelId: 'anthropic.claude-3-haiku-20240307-v1:0' };
const MESSAGES = { messages: [{ role: 'user', content: [{ text: 'hello' }] }] };
const CREDENTIALS = { accessKeyId: 'none', secretAccessKey: 'none' };

export const exercise = exerciseOf(async (track) => {
  const aws = freshCopy(createRequire(import.meta.url), '@aws-sdk/client-bedrock-runtime');
  using server = await startBedrock();
  const client = new aws.BedrockRuntimeClient({ region: 'us-east-1', endpoint: server.endpoint, credentials: CREDENTIALS });
  server.next({ error: { status: 429, type: 'ThrottlingException' } });
  track(await client.send(new aws.ConverseCommand({ ...MODEL, ...MESSAGES })));
  await client.send(new aws.InvokeModelCommand({ modelId: 'a-model', body: '{}' }));
  server.next({ body: { generated: 'without a usage' } });
  await client.send(new aws.InvokeModelCommand({ ...MODEL, body: '{}' }));
  for (const isCut of [false, true]) {
    server.next({ isCut, delayMillis: 2 });
    const { stream } = await client.send(new aws.ConverseStreamCommand({ ...MODEL, ...MESSAGES }));
    await readAll(stream).catch(() => {});
    track(stream);
  }
  client.destroy();
});

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

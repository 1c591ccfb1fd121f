// Makes models of LangChain answer, stream, fail, break off, and say nothing of tokens, and calls a tool.
import { createRequire } from 'node:module';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { chatModel, type Langchain, USAGE } from '../../kit/apps/langchain-models.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

const require = createRequire(import.meta.url);

export const exercise = exerciseOf(async (track) => {
  freshCopy(require, '@langchain/core');
  const copy: Langchain = {
    chatModels: require('@langchain/core/language_models/chat_models'),
    messages: require('@langchain/core/messages'),
    outputs: require('@langchain/core/outputs'),
  };
  track(await chatModel(copy).invoke('hello'));
  for (const answer of [{}, { breaks: new Error('broken') }]) {
    const model = chatModel(copy, { ...answer, delayMillis: 2 });
    await readAll(await model.stream('hello')).catch(() => {});
  }
  await chatModel(copy, { usage: undefined }).invoke('hello');
  await chatModel(copy, { error: new TypeError('no') })
    .invoke('hello')
    .catch(() => {});
  const unpriced = chatModel(copy, { usage: USAGE });
  unpriced.getLsParams = () => ({ ls_provider: 'own', ls_model_name: 'a-model' });
  await unpriced.invoke('hello');
  const { DynamicTool } = require('@langchain/core/tools');
  const tool = new DynamicTool({ name: 'look', description: 'looks', func: async () => 'seen' });
  await tool.invoke('there');
  track(tool);
});

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

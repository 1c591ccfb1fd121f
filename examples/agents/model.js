// A model of the house, which no library calls: promtel is told of its streamed answers part by part.
import { llm } from 'promtel';
import { chance, pause } from './pretence.js';

const MODELS = {
  'house-small': { call: llm.bind({ provider: 'house', model: 'house-small' }), pauseMillis: 2 },
  'house-large': { call: llm.bind({ provider: 'house', model: 'house-large' }), pauseMillis: 6 },
};

/** Asks a model and gives its words; one question of fifty is refused. */
export async function ask(model, question) {
  const { call, pauseMillis } = MODELS[model];
  const open = call.begin();
  try {
    await pause(pauseMillis, 4 * pauseMillis);
    if (chance(0.02)) throw Object.assign(new Error('too many questions'), { code: 'overloaded' });
    const words = [];
    for (const word of `what to do to ${question}`.split(' ')) {
      await pause(0, pauseMillis);
      open.chunk();
      words.push(word);
    }
    open.end({ usage: { input: 400 + question.length, cacheRead: 300, output: 20 * words.length }, finishReason: 'stop' });
    return words.join(' ');
  } catch (error) {
    open.fail(error);
    throw error;
  }
}

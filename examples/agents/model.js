// A simulated in-house model without a client library: its streamed calls are recorded with `llm.begin`, chunk by chunk.
import { llm } from 'promtel';
import { chance, pause } from './simulated-work.js';

const MODELS = {
  'house-small': { call: llm.bind({ provider: 'house', model: 'house-small' }), pauseMillis: 2 },
  'house-large': { call: llm.bind({ provider: 'house', model: 'house-large' }), pauseMillis: 6 },
};

/** Asks a model and returns its answer; one call of fifty fails. */
export async function ask(model, question) {
  const { call, pauseMillis } = MODELS[model];
  const openCall = call.begin();
  try {
    await pause(pauseMillis, 4 * pauseMillis);
    if (chance(0.02)) throw Object.assign(new Error('too many questions'), { code: 'overloaded' });
    const words = [];
    for (const word of `what to do to ${question}`.split(' ')) {
      await pause(0, pauseMillis);
      openCall.chunk();
      words.push(word);
    }
    openCall.end({ usage: { input: 400 + question.length, cacheRead: 300, output: 20 * words.length }, finishReason: 'stop' });
    return words.join(' ');
  } catch (error) {
    openCall.fail(error);
    throw error;
  }
}

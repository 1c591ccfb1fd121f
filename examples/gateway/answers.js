// Answers to questions: one that was given a moment ago is given again, at no cost.
import { LRUCache } from 'lru-cache';
import { MODELS } from './models.js';

const cache = new LRUCache({
  max: 100,
  ttl: 30_000,
  // Who waits for an answer gets it, even if the same one has meanwhile come word by word.
  ignoreFetchAbort: true,
  fetchMethod: (key, stale, { context: { model, question } }) => MODELS[model].answer(question),
});

/** The whole answer; who asks while another waits for it gets the same one. */
export function answerTo(model, question) {
  return cache.fetch(keyOf(model, question), { context: { model, question } });
}

/** The answer as its words come, or all of it if it is known. */
export async function* answerInParts(model, question, signal) {
  const known = cache.get(keyOf(model, question));
  if (known !== undefined) return yield known;
  let answer = '';
  for await (const part of MODELS[model].answerInParts(question, signal)) {
    answer += part;
    yield part;
  }
  cache.set(keyOf(model, question), answer);
}

const keyOf = (model, question) => `${model} ${question}`;

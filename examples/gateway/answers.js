// Answers questions from a cache, else by the model; a cached answer costs nothing.
import { LRUCache } from 'lru-cache';
import { MODELS } from './models.js';

const cache = new LRUCache({
  max: 100,
  ttl: 30_000,
  // A pending answer is still returned after `set` stored the same one from a stream.
  ignoreFetchAbort: true,
  fetchMethod: (key, stale, { context: { model, question } }) => MODELS[model].answer(question),
});

/** The whole answer; concurrent requests for the same one share a single call. */
export function answerTo(model, question) {
  return cache.fetch(keyOf(model, question), { context: { model, question } });
}

/** The answer as it is streamed, or as a whole if it is cached. */
export async function* answerInParts(model, question, signal) {
  const cached = cache.get(keyOf(model, question));
  if (cached !== undefined) return yield cached;
  let answer = '';
  for await (const part of MODELS[model].answerInParts(question, signal)) {
    answer += part;
    yield part;
  }
  cache.set(keyOf(model, question), answer);
}

const keyOf = (model, question) => `${model} ${question}`;

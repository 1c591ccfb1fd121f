// Products from a slow catalogue, with a cache in front of it.
import { LRUCache } from 'lru-cache';

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

const cache = new LRUCache({ max: 20, ttl: 5000, fetchMethod: lookUp });

/** A product by its number. */
export function productOf(sku) {
  return cache.fetch(sku);
}

async function lookUp(sku) {
  await pause(20 + Math.random() * 60);
  return { sku, price: 5 + (Number(sku) % 20) };
}

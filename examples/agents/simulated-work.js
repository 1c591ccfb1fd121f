// Simulated work: random delays, random failures and random choices.

/** Waits for a random time between the two, in milliseconds. */
export function pause(shortestMillis, longestMillis) {
  return new Promise((resolve) => setTimeout(resolve, shortestMillis + Math.random() * (longestMillis - shortestMillis)));
}

/** True with the given probability, from 0 to 1. */
export function chance(probability) {
  return Math.random() < probability;
}

export function pick(values) {
  return values[Math.floor(Math.random() * values.length)];
}

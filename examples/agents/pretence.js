// What stands for work that is not done: time that passes, and luck.

/** Waits for a time between two, in milliseconds. */
export function pause(shortestMillis, longestMillis) {
  return new Promise((resolve) => setTimeout(resolve, shortestMillis + Math.random() * (longestMillis - shortestMillis)));
}

/** True in so many of all cases. */
export function chance(share) {
  return Math.random() < share;
}

export function pick(values) {
  return values[Math.floor(Math.random() * values.length)];
}

// What is only read when metrics are collected: one file of the package, as all of it is loaded at the first collection.
export { processUsage } from './process.ts';
export { self } from './self.ts';
export { hostMetrics } from './system.ts';

// The memory of the team: patterns of tasks, each with a confidence that is updated after every task.
import { agents } from 'promtel';
import { pause } from './simulated-work.js';

/** Patterns with less confidence are not used. */
const MIN_CONFIDENCE = 0.6;
const UNCOMPRESSED_BYTES = 4096;
const PATTERN_BYTES = 512;

export class Memory {
  #patterns = new Map();

  constructor() {
    agents.memory.observe({}, () => {
      const learned = this.#patterns.size;
      const active = [...this.#patterns.values()].filter((confidence) => confidence >= MIN_CONFIDENCE).length;
      const sizeBytes = learned * PATTERN_BYTES;
      return { sizeBytes, compression: UNCOMPRESSED_BYTES / PATTERN_BYTES, learned, active, unused: learned - active };
    });
  }

  /** Whether the team has a usable pattern for a task. */
  hasPattern(task) {
    return agents.memory.track({ operation: 'retrieval', pattern: task }, async () => {
      await pause(0, 3);
      return this.#patterns.get(task) >= MIN_CONFIDENCE;
    });
  }

  /** Updates the pattern of a task with its score. */
  learn(task, score) {
    return agents.memory
      .track({ operation: 'learning', pattern: task }, async () => {
        await pause(0, 2);
        if (score < 0.56) throw new RangeError('the score is too low to learn from');
        const confidence = this.#confidenceAfter(task, score);
        this.#patterns.set(task, confidence);
        agents.memory.confidence({ pattern: task }, confidence);
      })
      .catch(() => {});
  }

  #confidenceAfter(task, score) {
    const before = this.#patterns.get(task);
    if (before === undefined) return score / 2;
    agents.memory.feedback({ pattern: task });
    return before + (score - before) / 4;
  }
}

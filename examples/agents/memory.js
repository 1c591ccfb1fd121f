// What the team has learned: patterns of tasks with the confidence that they earn, and lose, by how they do.
import { agents } from 'promtel';
import { pause } from './pretence.js';

/** Patterns of less confidence are not used. */
const USABLE = 0.6;
const ROUGH_BYTES = 4096;
const PATTERN_BYTES = 512;

export class Memory {
  #patterns = new Map();

  constructor() {
    agents.memory.observe({}, () => {
      const learned = this.#patterns.size;
      const active = [...this.#patterns.values()].filter((confidence) => confidence >= USABLE).length;
      const sizeBytes = learned * PATTERN_BYTES;
      return { sizeBytes, compression: ROUGH_BYTES / PATTERN_BYTES, learned, active, unused: learned - active };
    });
  }

  /** Whether there is a pattern for such a task that can be used. */
  find(task) {
    return agents.memory.track({ operation: 'retrieval', pattern: task }, async () => {
      await pause(0, 3);
      return this.#patterns.get(task) >= USABLE;
    });
  }

  /** Takes over how a task went. */
  learn(task, truth) {
    return agents.memory
      .track({ operation: 'learning', pattern: task }, async () => {
        await pause(0, 2);
        if (truth < 0.56) throw new RangeError('nothing to be learned from that');
        const confidence = this.#confidenceAfter(task, truth);
        this.#patterns.set(task, confidence);
        agents.memory.confidence({ pattern: task }, confidence);
      })
      .catch(() => {});
  }

  #confidenceAfter(task, truth) {
    const before = this.#patterns.get(task);
    if (before === undefined) return truth / 2;
    agents.memory.feedback({ pattern: task });
    return before + (truth - before) / 4;
  }
}

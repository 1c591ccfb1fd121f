// The part of `agents` for their memory: operations and errors, retrievals, confidence, size and patterns.
import { agentMemoryOperation, agentMemoryPatternType } from '../../catalog/agent-attributes.ts';
import {
  agentMemoryCompression,
  agentMemoryConfidence,
  agentMemoryErrors,
  agentMemoryFeedbackCycles,
  agentMemoryOperations,
  agentMemoryPatterns,
  agentMemoryRetrievalDuration,
  agentMemorySize,
} from '../../catalog/agents.ts';
import type { AttributesOf } from '../../core/metric.ts';
import { errorTypeOf } from '../../core/operation.ts';
import type { StateFields } from '../../recorders/state-gauges.ts';
import { attributesFrom } from '../named-attributes.ts';
import { observe, type ReadState } from '../observe.ts';
import { instrumentOf, isRatio, lazyInstrument, seriesOf, timeFor, wrapFor } from '../record.ts';

/** A kind of pattern that a memory holds, such as `trajectory`; without one, the memory as a whole. */
export interface Pattern {
  readonly pattern?: string | undefined;
}

/** An operation on a memory: `learning`, `retrieval`, `extraction`, or a custom name. */
export interface MemoryOperation extends Pattern {
  readonly operation: string;
}

/** The state of a memory; what is left out is not on the page. */
export interface MemoryState {
  readonly sizeBytes?: number | undefined;
  /** Compression ratio: how many times smaller the memory is than its input. */
  readonly compression?: number | undefined;
  /** Number of patterns that it holds. */
  readonly learned?: number | undefined;
  /** How many of these were used lately, and how many were not. */
  readonly active?: number | undefined;
  readonly unused?: number | undefined;
}

type OperationAttributes = AttributesOf<typeof agentMemoryOperations>;

const attributesOf = attributesFrom(
  { operation: agentMemoryOperation, pattern: agentMemoryPatternType },
  { required: ['operation'], example: "{ operation: 'retrieval', pattern: 'trajectory' }" },
);
const patternOf = attributesFrom({ pattern: agentMemoryPatternType }, { required: [], example: "{ pattern: 'trajectory' }" });

const MEMORY_FIELDS: StateFields<MemoryState> = {
  sizeBytes: [agentMemorySize],
  compression: [agentMemoryCompression],
  learned: [agentMemoryPatterns, { 'agent.memory.pattern.state': 'learned' }],
  active: [agentMemoryPatterns, { 'agent.memory.pattern.state': 'active' }],
  unused: [agentMemoryPatterns, { 'agent.memory.pattern.state': 'unused' }],
};

// Recorded some 100,000 times a second, so that not even the instrument is looked up each time.
const operations = lazyInstrument(agentMemoryOperations);
const confidences = lazyInstrument(agentMemoryConfidence);

/** `agents.memory` for one operation and pattern. */
export type BoundMemory = ReturnType<typeof bind>;

/** Records the memory of agents. */
export const memory = {
  /**
   * Runs an operation on a memory, synchronous or not, and returns its result. Counts it in `agent.memory.operations`, a failure
   * also in `agent.memory.errors`, and records the duration of a `retrieval` in seconds in `agent.memory.retrieval.duration`.
   *
   * @throws the error of the function
   * @example
   * ```js
   * const retrieval = { operation: 'retrieval', pattern: 'trajectory' };
   * const known = await agents.memory.track(retrieval, () => store.get('ada'));
   * // agent.memory.operations{agent.memory.operation="retrieval", agent.memory.pattern.type="trajectory"} 1
   * // agent.memory.retrieval.duration{agent.memory.pattern.type="trajectory"} 1
   * ```
   */
  track<Result>(kind: MemoryOperation, run: () => Result): Result {
    return trackOperation(attributesOf(kind, agentMemoryOperations), run);
  },

  /**
   * Wraps a function to track every call. The wrapper keeps its name and length, and passes `this` on.
   *
   * @example
   * ```js
   * const extract = agents.memory.wrap({ operation: 'extraction' }, parse);
   * extract(feed);
   * // agent.memory.operations{agent.memory.operation="extraction"} 1
   * ```
   */
  wrap<Arguments extends unknown[], Result, This>(
    kind: MemoryOperation,
    run: (this: This, ...values: Arguments) => Result,
  ): (this: This, ...values: Arguments) => Result {
    return wrapOperation(attributesOf(kind, agentMemoryOperations), run);
  },

  /**
   * Counts operations in `agent.memory.operations`; `track` counts its own. Takes some 30 ns, a third of it when bound.
   *
   * @example
   * ```js
   * agents.memory.operated({ operation: 'learning', pattern: 'trajectory' }, 3);
   * // agent.memory.operations{agent.memory.operation="learning", agent.memory.pattern.type="trajectory"} 3
   * ```
   */
  operated(kind: MemoryOperation, count = 1): void {
    operations().add(count, attributesOf(kind, agentMemoryOperations));
  },

  /**
   * Counts failed operations in `agent.memory.errors`; `error.type` is the error's code or name, or the given text.
   *
   * @example
   * ```js
   * agents.memory.failed({ operation: 'learning' }, 'out_of_space');
   * // agent.memory.errors{agent.memory.operation="learning", error.type="out_of_space"} 1
   * ```
   */
  failed(kind: MemoryOperation, error: unknown, count = 1): void {
    countErrors(attributesOf(kind, agentMemoryErrors), error, count);
  },

  /**
   * Records how long a retrieval took, in seconds, in `agent.memory.retrieval.duration`.
   *
   * @example
   * ```js
   * agents.memory.retrieved({ pattern: 'fix' }, 0.004);
   * // agent.memory.retrieval.duration{agent.memory.pattern.type="fix"} 1
   * ```
   */
  retrieved(pattern: Pattern, seconds: number): void {
    instrumentOf(agentMemoryRetrievalDuration).record(seconds, patternOf(pattern, agentMemoryRetrievalDuration));
  },

  /**
   * Records the confidence in a pattern, from 0 to 1, in `agent.memory.confidence`; any other number is reported, and not
   * recorded.
   *
   * @example
   * ```js
   * agents.memory.confidence({ pattern: 'fix' }, 0.7);
   * // agent.memory.confidence{agent.memory.pattern.type="fix"} 1
   * ```
   */
  confidence(pattern: Pattern, value: number): void {
    if (isRatio(agentMemoryConfidence, value)) confidences().record(value, patternOf(pattern, agentMemoryConfidence));
  },

  /**
   * Counts feedback cycles, in which the memory learned from the results of its patterns, in `agent.memory.feedback_cycles`.
   *
   * @example
   * ```js
   * agents.memory.feedback({ pattern: 'fix' });
   * // agent.memory.feedback_cycles{agent.memory.pattern.type="fix"} 1
   * ```
   */
  feedback(pattern: Pattern, count = 1): void {
    instrumentOf(agentMemoryFeedbackCycles).add(count, patternOf(pattern, agentMemoryFeedbackCycles));
  },

  /**
   * Reads a memory before every collection, which waits up to a second for a promise: `agent.memory.size` in bytes,
   * `agent.memory.compression`, `agent.memory.patterns` by state. A read that throws, rejects or takes longer than half a minute
   * takes them off the page and counts in `promtel.collection.errors`.
   *
   * @returns a function that stops it and takes the memory off the page
   * @example
   * ```js
   * const stop = agents.memory.observe({ pattern: 'price' }, () => ({ sizeBytes: 2048, learned: prices.size, active: 1 }));
   * // agent.memory.size{agent.memory.pattern.type="price"} 2048
   * // agent.memory.patterns{agent.memory.pattern.type="price", agent.memory.pattern.state="learned"} 2
   * ```
   */
  observe(pattern: Pattern, read: ReadState<MemoryState>): () => void {
    return observe(agentMemorySize, MEMORY_FIELDS, patternOf(pattern, agentMemorySize), read);
  },

  /**
   * The same methods for one operation and pattern; the series are looked up once, for hot paths.
   *
   * @example
   * ```js
   * const learning = agents.memory.bind({ operation: 'learning', pattern: 'style' });
   * learning.operated();
   * learning.confidence(0.9);
   * // agent.memory.operations{agent.memory.operation="learning", agent.memory.pattern.type="style"} 1
   * // agent.memory.confidence{agent.memory.pattern.type="style"} 1
   * ```
   */
  bind,
} as const;

function bind(kind: MemoryOperation) {
  const attributes = attributesOf(kind, agentMemoryOperations);
  const pattern = { 'agent.memory.pattern.type': attributes['agent.memory.pattern.type'] };
  const operated = seriesOf(agentMemoryOperations, attributes);
  const retrieved = seriesOf(agentMemoryRetrievalDuration, pattern);
  const confidence = seriesOf(agentMemoryConfidence, pattern);
  const feedback = seriesOf(agentMemoryFeedbackCycles, pattern);
  return {
    track: <Result>(run: () => Result): Result => trackOperation(attributes, run),
    wrap: <Arguments extends unknown[], Result, This>(
      run: (this: This, ...values: Arguments) => Result,
    ): ((this: This, ...values: Arguments) => Result) => wrapOperation(attributes, run),
    operated: (count = 1): void => operated().add(count),
    failed: (error: unknown, count = 1): void => countErrors(attributes, error, count),
    retrieved: (seconds: number): void => retrieved().record(seconds),
    confidence: (value: number): void => {
      if (isRatio(agentMemoryConfidence, value)) confidence().record(value);
    },
    feedback: (count = 1): void => feedback().add(count),
  };
}

function trackOperation<Result>(attributes: OperationAttributes, run: () => Result): Result {
  return timeFor(agentMemoryOperations, run, ({ durationSeconds, errorType }) => {
    operations().add(1, attributes);
    if (errorType !== undefined) countErrors(attributes, errorType, 1);
    if (attributes['agent.memory.operation'] !== 'retrieval') return;
    const pattern = attributes['agent.memory.pattern.type'];
    const ended = { 'agent.memory.pattern.type': pattern, 'error.type': errorType };
    instrumentOf(agentMemoryRetrievalDuration).record(durationSeconds, ended);
  });
}

function wrapOperation<Arguments extends unknown[], Result, This>(
  attributes: OperationAttributes,
  run: (this: This, ...values: Arguments) => Result,
): (this: This, ...values: Arguments) => Result {
  return wrapFor(agentMemoryOperations, run, (call) => trackOperation(attributes, call));
}

function countErrors(attributes: OperationAttributes, error: unknown, count: number): void {
  const errorType = typeof error === 'string' && error !== '' ? error : errorTypeOf(error);
  instrumentOf(agentMemoryErrors).add(count, { ...attributes, 'error.type': errorType });
}

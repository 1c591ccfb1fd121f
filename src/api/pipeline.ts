// `pipeline`: the API for recurring pipelines: duration of their stages, processed items, and time of the last success.
import { pipelineItemOutcome, pipelineName, pipelineStage, sourceType } from '../catalog/attributes.ts';
import { pipelineItems, pipelineLastSuccess, pipelineStageDuration } from '../catalog/pipeline.ts';
import type { AttributesOf } from '../core/metric.ts';
import { attributesFrom } from './named-attributes.ts';
import { instrumentOf, timeFor, wrapFor } from './record.ts';

/** A pipeline, by its name. */
export interface Pipeline {
  readonly pipeline: string;
}

/** A stage of a pipeline, by its name. */
export interface Stage {
  readonly stage: string;
}

/** Processed items, by source and outcome. */
export interface Items {
  /** Where they come from, such as `rss`. */
  readonly source?: string | undefined;
  readonly outcome: 'success' | 'skipped' | 'error';
}

type PipelineAttributes = AttributesOf<typeof pipelineLastSuccess>;
type StageAttributes = AttributesOf<typeof pipelineStageDuration>;

const attributesOf = attributesFrom({ pipeline: pipelineName }, { required: ['pipeline'], example: "{ pipeline: 'news' }" });
const stageAttributesOf = attributesFrom(
  { stage: pipelineStage },
  { required: ['stage'], example: "{ pipeline: 'news', stage: 'parse' }" },
);
const itemAttributesOf = attributesFrom(
  { source: sourceType, outcome: pipelineItemOutcome },
  { required: ['outcome'], example: "{ pipeline: 'news', source: 'rss', outcome: 'success' }" },
);

/** `pipeline` for one pipeline. */
export type BoundPipeline = ReturnType<typeof bind>;

/** Records pipelines. Methods throw nothing but the errors of tracked functions. */
export const pipeline = {
  /**
   * Runs a stage, synchronous or not, and returns its result. Records its duration in seconds in `pipeline.stage.duration`, by
   * outcome and `error.type`.
   *
   * @throws the error of the function
   * @example
   * ```js
   * const entries = await pipeline.stage({ pipeline: 'news', stage: 'parse' }, () => parse(feed));
   * // pipeline.stage.duration{pipeline.name="news", pipeline.stage="parse", pipeline.outcome="success"} 1
   * ```
   */
  stage<Result>(stage: Pipeline & Stage, run: () => Result): Result {
    return trackStage(stageOf(attributesOf(stage, pipelineStageDuration), stage), run);
  },

  /**
   * Wraps a function to run every call as a stage. The wrapper keeps its name and length, and passes `this` on.
   *
   * @example
   * ```js
   * const parseFeed = pipeline.wrap({ pipeline: 'news', stage: 'wrapped' }, parse);
   * parseFeed(feed);
   * // pipeline.stage.duration{pipeline.name="news", pipeline.stage="wrapped", pipeline.outcome="success"} 1
   * ```
   */
  wrap<Arguments extends unknown[], Result, This>(
    stage: Pipeline & Stage,
    run: (this: This, ...values: Arguments) => Result,
  ): (this: This, ...values: Arguments) => Result {
    return wrapStage(stageOf(attributesOf(stage, pipelineStageDuration), stage), run);
  },

  /**
   * Counts items that were processed, in `pipeline.items`.
   *
   * @example
   * ```js
   * pipeline.items({ pipeline: 'news', source: 'rss', outcome: 'success' }, 40);
   * pipeline.items({ pipeline: 'news', source: 'rss', outcome: 'skipped' });
   * // pipeline.items{pipeline.name="news", source.type="rss", pipeline.item.outcome="success"} 40
   * // pipeline.items{pipeline.name="news", source.type="rss", pipeline.item.outcome="skipped"} 1
   * ```
   */
  items(items: Pipeline & Items, count = 1): void {
    instrumentOf(pipelineItems).add(count, itemsOf(attributesOf(items, pipelineItems), items));
  },

  /**
   * Runs a pipeline from beginning to end, synchronous or not, and returns its result. If it ends without an error, sets
   * `pipeline.last_success` to now, a Unix time in seconds.
   *
   * @throws the error of the function
   * @example
   * ```js
   * await pipeline.run({ pipeline: 'news' }, () => parse(feed));
   * // pipeline.last_success{pipeline.name="news"}
   * ```
   */
  run<Result>(named: Pipeline, run: () => Result): Result {
    return runToEnd(attributesOf(named, pipelineLastSuccess), run);
  },

  /**
   * Sets `pipeline.last_success` to now, a Unix time in seconds.
   *
   * @example
   * ```js
   * pipeline.succeeded({ pipeline: 'archive' });
   * // pipeline.last_success{pipeline.name="archive"}
   * ```
   */
  succeeded(named: Pipeline): void {
    setLastSuccess(attributesOf(named, pipelineLastSuccess));
  },

  /**
   * The same methods for one pipeline.
   *
   * @example
   * ```js
   * const images = pipeline.bind({ pipeline: 'images' });
   * await images.run(() => images.stage({ stage: 'resize' }, () => parse(feed)));
   * images.items({ outcome: 'success' }, 3);
   * // pipeline.stage.duration{pipeline.name="images", pipeline.stage="resize"} 1
   * // pipeline.items{pipeline.name="images", pipeline.item.outcome="success"} 3
   * // pipeline.last_success{pipeline.name="images"}
   * ```
   */
  bind,
} as const;

function bind(named: Pipeline) {
  const attributes = attributesOf(named, pipelineStageDuration);
  return {
    stage: <Result>(stage: Stage, run: () => Result): Result => trackStage(stageOf(attributes, stage), run),
    wrap: <Arguments extends unknown[], Result, This>(
      stage: Stage,
      run: (this: This, ...values: Arguments) => Result,
    ): ((this: This, ...values: Arguments) => Result) => wrapStage(stageOf(attributes, stage), run),
    items: (items: Items, count = 1): void => instrumentOf(pipelineItems).add(count, itemsOf(attributes, items)),
    run: <Result>(run: () => Result): Result => runToEnd(attributes, run),
    succeeded: (): void => setLastSuccess(attributes),
  };
}

function stageOf(attributes: PipelineAttributes, stage: Stage): StageAttributes {
  return { ...attributes, ...stageAttributesOf(stage, pipelineStageDuration) };
}

function itemsOf(attributes: PipelineAttributes, items: Items): AttributesOf<typeof pipelineItems> {
  return { ...attributes, ...itemAttributesOf(items, pipelineItems) };
}

function trackStage<Result>(attributes: StageAttributes, run: () => Result): Result {
  return timeFor(pipelineStageDuration, run, ({ durationSeconds, errorType }) => {
    const outcome = errorType === undefined ? 'success' : 'error';
    const ended = { ...attributes, 'pipeline.outcome': outcome, 'error.type': errorType } as const;
    instrumentOf(pipelineStageDuration).record(durationSeconds, ended);
  });
}

function wrapStage<Arguments extends unknown[], Result, This>(
  attributes: StageAttributes,
  run: (this: This, ...values: Arguments) => Result,
): (this: This, ...values: Arguments) => Result {
  return wrapFor(pipelineStageDuration, run, (call) => trackStage(attributes, call));
}

function runToEnd<Result>(attributes: PipelineAttributes, run: () => Result): Result {
  return timeFor(pipelineLastSuccess, run, ({ errorType }) => {
    if (errorType === undefined) setLastSuccess(attributes);
  });
}

function setLastSuccess(attributes: PipelineAttributes): void {
  instrumentOf(pipelineLastSuccess).set(Date.now() / 1000, attributes);
}

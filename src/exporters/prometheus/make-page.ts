// Makes the page: plans which families are on it and writes them; a family that fails is left out.
import { messageOf, reportProblem } from '../../core/problem.ts';
import type { Family } from '../../core/recording/family.ts';
import { EventLoopYield } from './event-loop-yield.ts';
import type { FormatCache, PageContent } from './format-cache.ts';
import type { Syntax } from './format.ts';
import { type OtelMetric, otelFamily } from './otel-metrics.ts';
import { Plan } from './plan.ts';
import type { PointFamily } from './point.ts';
import { familyChunks } from './write-family.ts';

/** What the page is made of. */
export interface PageSource {
  readonly target: PointFamily | undefined;
  readonly families: readonly Family[];
  readonly otel: readonly OtelMetric[];
}

export interface MadePage extends PageContent {
  /** Families that could not be read or written. */
  readonly failedFamilies: number;
  /** Families left out because another one has their name. */
  readonly droppedFamilies: number;
  /** Series left out because they were there already, or no parser would accept them. */
  readonly droppedSeries: number;
}

const END_OF_OPENMETRICS = Buffer.from('# EOF\n');

/** Never rejects: a family that fails is counted, reported and left out. */
export async function makePage(source: PageSource, cache: FormatCache): Promise<MadePage> {
  const eventLoop = new EventLoopYield();
  const attempts = new Attempts();
  const plan = await planPage(source, cache, eventLoop, attempts);
  const chunks = await writePage(plan, cache.naming.syntax, eventLoop, attempts);
  const byteLength = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const { droppedFamilies, droppedSeries } = plan;
  return { chunks, byteLength, failedFamilies: attempts.failed, droppedFamilies, droppedSeries };
}

/** Work on one family after the other, each of which may fail. */
class Attempts {
  failed = 0;

  async at(source: string, work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.failed += 1;
      reportProblem(source, `is left out of the metrics page: ${messageOf(error)}`);
    }
  }
}

// In the order of precedence: the first family with a name keeps it.
async function planPage(
  { target, families, otel }: PageSource,
  cache: FormatCache,
  eventLoop: EventLoopYield,
  attempts: Attempts,
): Promise<Plan> {
  const plan = new Plan(cache.naming.syntax);
  if (target !== undefined) plan.addPoints(target);
  for (const family of families) {
    if (family.size === 0) cache.drop(family);
    else await attempts.at(family.definition.name, () => plan.addCells(cache.familyOf(family)));
  }
  for (const metric of otel) {
    await attempts.at(metric.metric.descriptor.name, async () => {
      plan.addPoints(await otelFamily(metric, cache.naming, eventLoop));
    });
  }
  return plan;
}

async function writePage(plan: Plan, syntax: Syntax, eventLoop: EventLoopYield, attempts: Attempts): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for (const family of plan.families) {
    await attempts.at(family.identity.source, async () => {
      chunks.push(...(await familyChunks(family, syntax, eventLoop)));
    });
  }
  if (syntax === 'openmetrics') chunks.push(END_OF_OPENMETRICS);
  return chunks;
}

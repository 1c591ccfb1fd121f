// Makes the page: decides which families stand on it and writes them, each at its own risk.
import { messageOf, reportProblem } from '../../core/problem.ts';
import type { Family } from '../../core/recording/family.ts';
import { EventLoopYield } from './event-loop-yield.ts';
import type { PageContent, FormatCache } from './format-cache.ts';
import type { Syntax } from './format.ts';
import { type OtelMetric, otelFamily } from './otel-metrics.ts';
import { Plan } from './plan.ts';
import type { PointFamily } from './point.ts';
import { familyChunks } from './write-family.ts';

/** What there is to show. */
export interface PageSource {
  readonly target: PointFamily | undefined;
  readonly own: readonly Family[];
  readonly otel: readonly OtelMetric[];
}

export interface MadePage extends PageContent {
  /** Families that could not be read or written. */
  readonly failedFamilies: number;
  /** Families left out because another one has their name. */
  readonly droppedFamilies: number;
  /** Series left out because they were there already, or no parser would take them. */
  readonly droppedSeries: number;
}

const END_OF_OPENMETRICS = Buffer.from('# EOF\n');

/** Never rejects: a family that fails is counted and told of, and costs itself only. */
export async function makePage(source: PageSource, variant: FormatCache): Promise<MadePage> {
  const pace = new EventLoopYield();
  const attempts = new Attempts();
  const plan = await planPage(source, variant, pace, attempts);
  const chunks = await writePage(plan, variant.naming.syntax, pace, attempts);
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

// The order is that of the right to a name.
async function planPage(
  { target, own, otel }: PageSource,
  variant: FormatCache,
  pace: EventLoopYield,
  attempts: Attempts,
): Promise<Plan> {
  const plan = new Plan(variant.naming.syntax);
  if (target !== undefined) plan.addPoints(target);
  for (const family of own) {
    if (family.size > 0) await attempts.at(family.definition.name, () => plan.addOwn(variant.own(family)));
  }
  for (const metric of otel) {
    await attempts.at(metric.metric.descriptor.name, async () => {
      plan.addPoints(await otelFamily(metric, variant.naming, pace));
    });
  }
  return plan;
}

async function writePage(plan: Plan, syntax: Syntax, pace: EventLoopYield, attempts: Attempts): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for (const family of plan.families) {
    await attempts.at(family.identity.source, async () => {
      chunks.push(...(await familyChunks(family, syntax, pace)));
    });
  }
  if (syntax === 'openmetrics') chunks.push(END_OF_OPENMETRICS);
  return chunks;
}

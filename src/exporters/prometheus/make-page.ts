// Makes the page: decides which families stand on it and writes them, each at its own risk.
import { messageOf, reportProblem } from '../../core/problem.ts';
import type { Family } from '../../core/family.ts';
import { type ForeignMetric, foreignFamily } from './foreign.ts';
import { Pace } from './pace.ts';
import { Plan } from './plan.ts';
import type { PointFamily } from './point.ts';
import type { PageContent, Variant } from './variants.ts';
import { familyChunks } from './write-family.ts';

/** What there is to show. */
export interface PageSource {
  readonly target: PointFamily | undefined;
  readonly own: readonly Family[];
  readonly foreign: readonly ForeignMetric[];
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
export async function makePage({ target, own, foreign }: PageSource, variant: Variant): Promise<MadePage> {
  const { spelling } = variant;
  const pace = new Pace();
  const plan = new Plan(spelling.syntax);
  const chunks: Buffer[] = [];
  let failedFamilies = 0;
  const attempt = async (source: string, work: () => void | Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failedFamilies += 1;
      reportProblem(source, `is left out of the metrics page: ${messageOf(error)}`);
    }
  };

  if (target !== undefined) plan.addPoints(target);
  for (const family of own) {
    if (family.size > 0) await attempt(family.definition.name, () => plan.addOwn(variant.own(family)));
  }
  for (const metric of foreign) {
    await attempt(metric.metric.descriptor.name, async () => plan.addPoints(await foreignFamily(metric, spelling, pace)));
  }
  for (const family of plan.families) {
    await attempt(family.identity.source, async () => {
      chunks.push(...(await familyChunks(family, spelling.syntax, pace)));
    });
  }
  if (spelling.syntax === 'openmetrics') chunks.push(END_OF_OPENMETRICS);
  const byteLength = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const { droppedFamilies, droppedSeries } = plan;
  return { chunks, byteLength, failedFamilies, droppedFamilies, droppedSeries };
}

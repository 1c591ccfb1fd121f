// Writes a family of the page without blocking the event loop: its comment lines, the series of cells, and points.
import type { CellFamily } from './cell-family.ts';
import type { EventLoopYield } from './event-loop-yield.ts';
import type { Syntax } from './format.ts';
import { type FamilyIdentity, headText } from './identity.ts';
import type { PlannedFamily } from './plan.ts';
import { PointLines } from './point.ts';

/** How much text of points is gathered before it becomes bytes. */
const CHUNK_CHARACTERS = 16_384;

/** The family's piece of the page. */
export async function familyChunks(
  { identity, cells, points }: PlannedFamily,
  syntax: Syntax,
  eventLoop: EventLoopYield,
): Promise<Buffer[]> {
  const chunks: Buffer[] = cells === undefined ? [] : await cellChunks(cells, identity, eventLoop);
  const lines = new PointLines(identity, syntax);
  let text = '';
  for (const [labels, value] of points) {
    text += lines.textOf(labels, value);
    if (text.length < CHUNK_CHARACTERS) continue;
    chunks.push(Buffer.from(text));
    text = '';
    if (eventLoop.isYieldDue) await eventLoop.yield();
  }
  if (text !== '') chunks.push(Buffer.from(text));
  return chunks.length === 0 ? [] : [Buffer.from(headText(identity, syntax)), ...chunks];
}

async function cellChunks(cells: CellFamily, identity: FamilyIdentity, eventLoop: EventLoopYield): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for (const chunk of cells.chunks(identity)) {
    chunks.push(chunk);
    if (eventLoop.isYieldDue) await eventLoop.yield();
  }
  return chunks;
}

// Writes a family of the page without holding up the event loop: its head, promtel's own series, and points.
import type { CellFamily } from './cell-family.ts';
import type { EventLoopYield } from './event-loop-yield.ts';
import type { Syntax } from './format.ts';
import { type FamilyIdentity, headText } from './identity.ts';
import type { PlannedFamily } from './plan.ts';
import { pointText } from './point.ts';

/** How often a family is begun again because series left or joined while it was written. */
const MOST_RESTARTS = 3;

/** How much text of points is gathered before it becomes bytes. */
const CHUNK_CHARACTERS = 16_384;

/** The family's piece of the page. */
export async function familyChunks(
  { identity, own, points }: PlannedFamily,
  syntax: Syntax,
  pace: EventLoopYield,
): Promise<Buffer[]> {
  const chunks: Buffer[] = own === undefined ? [] : await ownChunks(own, identity, pace);
  let text = '';
  for (const [labels, value] of points) {
    text += pointText(identity, labels, value, syntax);
    if (text.length < CHUNK_CHARACTERS) continue;
    chunks.push(Buffer.from(text));
    text = '';
    if (pace.isDue) await pace.yield();
  }
  if (text !== '') chunks.push(Buffer.from(text));
  return chunks.length === 0 ? [] : [Buffer.from(headText(identity, syntax)), ...chunks];
}

// A series that leaves one block and comes back in another would be there twice, had the first been written already.
async function ownChunks(own: CellFamily, identity: FamilyIdentity, pace: EventLoopYield): Promise<Buffer[]> {
  for (let attempt = 0; attempt < MOST_RESTARTS; attempt += 1) {
    const chunks = await unlessChanged(own, identity, pace);
    if (chunks !== undefined) return chunks;
  }
  return [...own.chunks(identity)];
}

async function unlessChanged(own: CellFamily, identity: FamilyIdentity, pace: EventLoopYield): Promise<Buffer[] | undefined> {
  const { layout } = own;
  const chunks: Buffer[] = [];
  for (const chunk of own.chunks(identity)) {
    chunks.push(chunk);
    if (!pace.isDue) continue;
    await pace.yield();
    if (own.layout !== layout) return undefined;
  }
  return chunks;
}

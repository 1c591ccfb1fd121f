// The budget of kept text: never more than its limit, and a format gives way only to one that is scraped more often.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextBudget, type TextShare } from '../../../src/exporters/prometheus/text-budget.ts';

const PIECE = Buffer.alloc(1000);

/** Shares that remember what they keep, as a format does. */
function shares(budget: TextBudget, count: number): { share: TextShare; kept: Buffer[]; scrape: () => void }[] {
  return Array.from({ length: count }, () => {
    const kept: Buffer[] = [];
    const share = budget.openShare(() => {
      for (const piece of kept.splice(0)) share.release(piece);
    });
    const keep = (piece: Buffer): void => void (share.keep(piece) && kept.push(piece));
    const scrape = (): void => {
      share.beginScrape();
      for (const piece of kept.splice(0)) share.release(piece);
      for (let index = 0; index < 10; index += 1) keep(PIECE);
    };
    return { share, kept, scrape };
  });
}

it('TextBudget keeps no more than its limit, whoever scrapes in whatever order', () => {
  fc.assert(
    fc.property(fc.nat({ max: 40_000 }), fc.array(fc.nat({ max: 3 })), (limitBytes, order) => {
      const budget = new TextBudget(limitBytes);
      const formats = shares(budget, 4);
      for (const index of order) {
        formats[index]!.scrape();
        expect(budget.keptBytes).toBeLessThanOrEqual(limitBytes);
        expect(formats.every(({ kept, share }) => kept.length > 0 === share.keptBytes > 0)).toBe(true);
      }
      for (const { share } of formats) share.close();
      expect(budget.keptBytes).toBe(0);
    }),
  );
});

it('TextBudget drops the text of a format that was not scraped while another one was scraped twice', () => {
  const [idle, busy] = shares(new TextBudget(15_000), 2);
  idle!.scrape();
  busy!.scrape();
  expect([idle!.kept.length, busy!.kept.length]).toEqual([10, 0]);
  busy!.scrape();
  expect([idle!.kept.length, busy!.kept.length]).toEqual([0, 10]);
});

it('TextBudget drops the text of the format first that was not scraped for longest', () => {
  const [first, second, busy] = shares(new TextBudget(30_000), 3);
  for (const { scrape } of [second!, first!, second!, busy!, busy!]) scrape();
  expect([first!.kept.length, second!.kept.length, busy!.kept.length]).toEqual([0, 10, 10]);
});

it('TextBudget leaves formats alone that are scraped in turn, and a format that is read once takes only free room', () => {
  const [first, second, once] = shares(new TextBudget(22_000), 3);
  for (const { scrape } of [first!, second!, first!, second!, once!, first!, second!]) scrape();
  expect([first!.kept.length, second!.kept.length, once!.kept.length]).toEqual([10, 5, 0]);
});

it('TextShare keeps nothing once it is closed', () => {
  const budget = new TextBudget();
  const [format] = shares(budget, 1);
  format!.scrape();
  format!.share.close();
  format!.scrape();
  expect([format!.kept.length, budget.keptBytes]).toEqual([0, 0]);
});

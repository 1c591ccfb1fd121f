// Rounds of every contestant in turn (A B C, B C A, C A B), in fresh processes again and again, the first rounds thrown away.
import { summarize } from './statistics.ts';

/** Something that is started, measured in rounds, and ended. */
export interface Contestant extends AsyncDisposable {
  readonly name: string;
}

export interface Pace {
  /** How often every contestant is started anew: two processes of one program differ by more than its rounds do. */
  readonly processes: number;
  /** Rounds of each process that are thrown away. */
  readonly warmUps: number;
  /** Rounds of each process that count. */
  readonly rounds: number;
}

/** What each contestant gave, in the order of the rounds: the same index is the same round. */
export type Samples<Value> = ReadonlyMap<string, readonly Value[]>;

/** What is done with contestants. */
export interface Course<C extends Contestant, Value> {
  start(): Promise<readonly C[]>;
  round(contestant: C, isWarmUp: boolean): Promise<Value>;
  /** Fails if a contestant has not done what its rounds were about. */
  check?(contestant: C): Promise<void>;
}

/** Starts the contestants, gives each its rounds in turn, and ends them. */
export async function interleave<C extends Contestant, Value>(
  { start, round, check }: Course<C, Value>,
  { processes, warmUps, rounds }: Pace,
): Promise<Samples<Value>> {
  const samples = new Map<string, Value[]>();
  for (let process = 0; process < processes; process += 1) {
    await using stack = new AsyncDisposableStack();
    const contestants = await start();
    for (const contestant of contestants) stack.use(contestant);
    for (let index = -warmUps; index < rounds; index += 1) {
      for (const contestant of inTurn(contestants, index + warmUps)) {
        const value = await round(contestant, index < 0);
        if (index < 0) continue;
        if (!samples.has(contestant.name)) samples.set(contestant.name, []);
        samples.get(contestant.name)!.push(value);
      }
    }
    for (const contestant of contestants) await check?.(contestant);
  }
  return samples;
}

/** Another one is first in every round; there and back would give the outer two rounds at a stretch, with warm caches. */
function inTurn<C>(contestants: readonly C[], round: number): C[] {
  const first = round % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}

/** One figure out of so many rounds in turn: short rounds meet the same machine, many together as much garbage as any. */
export function meansOf(figures: readonly number[], rounds: number): number[] {
  return groupsOf(figures, rounds).map((some) => some.reduce((sum, figure) => sum + figure, 0) / some.length);
}

/** The same where a round that something else disturbed must not count. */
export function mediansOf(figures: readonly number[], rounds: number): number[] {
  return groupsOf(figures, rounds).map((some) => summarize(some).median);
}

function groupsOf(figures: readonly number[], rounds: number): number[][] {
  const groups: number[][] = [];
  for (let start = 0; start < figures.length; start += rounds) groups.push(figures.slice(start, start + rounds));
  return groups;
}

/** One figure out of every round; undefined where the contestant does not have it. */
export function pick<Value>(
  samples: Samples<Value>,
  name: string,
  figure: (value: Value) => number | undefined,
): number[] | undefined {
  const figures = samples.get(name)?.map(figure);
  return figures?.every((value) => value !== undefined) ? figures : undefined;
}

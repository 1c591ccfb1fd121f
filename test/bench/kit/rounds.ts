// Interleaved rounds of all contestants (A B C, B C A, C A B), in new processes several times, without the warm-up rounds.
import { summarize } from './statistics.ts';

/** A process that is started, measured in rounds, and ended. */
export interface Contestant extends AsyncDisposable {
  readonly name: string;
}

export interface Schedule {
  /** How often each contestant is restarted: two processes of a program differ by more than the rounds of one. */
  readonly processes: number;
  /** Rounds of each process that are not counted. */
  readonly warmUps: number;
  /** Rounds of each process that are counted. */
  readonly rounds: number;
}

/** The results of each contestant, by round: the same index is the same round. */
export type Samples<Value> = ReadonlyMap<string, readonly Value[]>;

/** How contestants are started, measured and checked. */
export interface Course<C extends Contestant, Value> {
  start(): Promise<readonly C[]>;
  round(contestant: C, isWarmUp: boolean): Promise<Value>;
  /** Rejects if a contestant did not record its whole workload. */
  check?(contestant: C): Promise<void>;
}

/** Starts the contestants, runs their rounds in turn, and ends them. */
export async function interleave<C extends Contestant, Value>(
  { start, round, check }: Course<C, Value>,
  { processes, warmUps, rounds }: Schedule,
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

/** Rotates the order: going back and forth would run the outer contestants twice in a row, with warm caches. */
function inTurn<C>(contestants: readonly C[], round: number): C[] {
  const first = round % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}

/** The mean of each group of `rounds` rounds: short rounds run under equal conditions, groups include garbage collections. */
export function meansOf(figures: readonly number[], rounds: number): number[] {
  return groupsOf(figures, rounds).map((group) => group.reduce((sum, figure) => sum + figure, 0) / group.length);
}

/** The median of each group of `rounds` rounds, which ignores disturbed rounds. */
export function mediansOf(figures: readonly number[], rounds: number): number[] {
  return groupsOf(figures, rounds).map((group) => summarize(group).median);
}

function groupsOf(figures: readonly number[], rounds: number): number[][] {
  const groups: number[][] = [];
  for (let start = 0; start < figures.length; start += rounds) groups.push(figures.slice(start, start + rounds));
  return groups;
}

/** One figure of every round; undefined if the contestant does not have it. */
export function pick<Value>(
  samples: Samples<Value>,
  name: string,
  figure: (value: Value) => number | undefined,
): number[] | undefined {
  const figures = samples.get(name)?.map(figure);
  return figures?.every((value) => value !== undefined) ? figures : undefined;
}

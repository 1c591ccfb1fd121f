// Whether a package's version lies in a range such as `>=4.16 <6 || >=7`: the part of npm's ranges that targets are written in.

type Comparator = readonly [operator: string, bound: readonly number[]];

/** Whether the version lies in the range. A pre-release counts as the release that it leads to. */
export function inRange(version: string, range: string): boolean {
  const numbers = numbersOf(version);
  return range.split('||').some((alternative) => comparatorsOf(alternative).every((comparator) => holds(numbers, comparator)));
}

function comparatorsOf(alternative: string): Comparator[] {
  return alternative
    .trim()
    .split(/\s+/)
    .map((text) => {
      const bound = text.replace(/^[<>=]+/, '');
      return [text.slice(0, text.length - bound.length), numbersOf(bound)];
    });
}

function holds(version: readonly number[], [operator, bound]: Comparator): boolean {
  const order = compare(version, bound);
  if (operator === '>=') return order >= 0;
  if (operator === '<') return order < 0;
  throw new RangeError(`A range is written with >= and <, not ${operator || 'a bare version'}.`);
}

function numbersOf(version: string): number[] {
  return (version.match(/^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/) ?? []).slice(1).map((part) => Number(part ?? 0));
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, bound] of right.entries()) {
    const difference = (left[index] ?? 0) - bound;
    if (difference !== 0) return difference;
  }
  return 0;
}

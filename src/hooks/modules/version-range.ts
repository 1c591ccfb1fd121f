// Whether a package's version lies in a range such as `>=4.16 <6 || >=7`: the part of npm's syntax of ranges that targets use.

/** Whether the version lies in the range. A pre-release counts as the release that it leads to. */
export function inRange(version: string, range: string): boolean {
  const numbers = numbersOf(version);
  return range.split('||').some((alternative) =>
    alternative
      .trim()
      .split(/\s+/)
      .every((comparator) => holds(numbers, comparator)),
  );
}

function holds(version: readonly number[], comparator: string): boolean {
  const [, operator, bound = ''] = /^([<>=]*)(.*)$/.exec(comparator)!;
  const order = compare(version, numbersOf(bound));
  if (operator === '>=') return order >= 0;
  if (operator === '<') return order < 0;
  throw new RangeError(`${comparator} is not written with >= or <`);
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

// The same traffic, measured by the official instrumentations in one process and by promtel in another: the same series.
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { certificate } from '../kit/servers/certificate.ts';
import { differences } from './differences.ts';

interface Series {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly count: number;
}

type Results = Readonly<Record<string, readonly Series[]>>;

async function measureWith(script: string): Promise<Results> {
  const path = fileURLToPath(new URL(`fixtures/${script}`, import.meta.url));
  const { stdout, stderr } = await runToEnd([path, JSON.stringify(certificate)]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Results;
}

/** What promtel should measure where the official instrumentations measured this. */
function expectedOf(scenario: string, official: readonly Series[]): Series[] {
  const mine = differences.filter(({ scenarios }) => scenarios.includes(scenario));
  const changed = official.map((series) => {
    const changes = mine.filter(({ metric }) => metric === series.metric).map(({ instead }) => instead);
    return { ...series, attributes: Object.assign({}, series.attributes, ...changes) as Series['attributes'] };
  });
  const added = mine.flatMap(({ metric, added: attributes }) =>
    attributes === undefined ? [] : [{ metric, attributes, count: 1 }],
  );
  return [...changed, ...added];
}

/** Series as lines, in an order of their own. */
function linesOf(series: readonly Series[]): string[] {
  const lines = series.map(({ metric, attributes, count }) => {
    const pairs = Object.entries(attributes).filter(([, value]) => value !== undefined);
    return `${metric} {${pairs
      .map(([key, value]) => `${key}=${value}`)
      .sort(inOrder)
      .join(', ')}} ${count}`;
  });
  return lines.toSorted(inOrder);
}

function inOrder(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

describe('promtel and the official instrumentations', () => {
  let official: Results;
  let promtel: Results;

  beforeAll(async () => {
    [official, promtel] = await Promise.all([measureWith('official.cjs'), measureWith('promtel.mjs')]);
  });

  it('promtel and the official HTTP instrumentations record the same series, except for known differences', () => {
    const scenarios = Object.keys(official);
    expect(scenarios.length).toBeGreaterThan(30);
    expect(Object.fromEntries(scenarios.map((scenario) => [scenario, linesOf(promtel[scenario]!)]))).toEqual(
      Object.fromEntries(scenarios.map((scenario) => [scenario, linesOf(expectedOf(scenario, official[scenario]!))])),
    );
  });

  it('every known difference from the official HTTP instrumentations still exists', () => {
    const gone = differences
      .flatMap(({ scenarios }) => scenarios)
      .filter((scenario) => linesOf(promtel[scenario]!).join() === linesOf(official[scenario]!).join());
    expect(gone).toEqual([]);
  });
});

// Runs a demo for a test and tracks the processes that it starts, so that none outlives the test.
import { randomUUID } from 'node:crypto';
import { type App, killApps, runApp } from '../kit/apps/run-app.ts';
import { processesWith, type Running } from './processes.ts';

const MARK = 'DEMO_MARK';

/** The environment of a machine that has nothing but Node.js. */
export const BARE = { PATH: '/nowhere' };

export interface Demo {
  readonly app: App;
  /** The processes that are still running: the demo and those that it started. */
  running(): Running[];
}

const demos: Demo[] = [];

export function runDemo(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Demo {
  const mark = randomUUID();
  const app = runApp([`examples/${name}/demo.js`, ...args], { env: { ...env, [MARK]: mark }, timeoutMillis: 60_000 });
  const demo = { app, running: () => processesWith(MARK, mark) };
  demos.push(demo);
  return demo;
}

/** Fetches the page whose address the demo prints under a title. */
export async function pageOf(app: App, title: string): Promise<string> {
  const [, url] = await app.line(new RegExp(`${title}: +(\\S+)`));
  return (await fetch(url!)).text();
}

/** Kills the processes that a failed test left behind. */
export function killDemos(): void {
  killApps();
  for (const { pid } of demos.splice(0).flatMap(({ running }) => running())) process.kill(pid, 'SIGKILL');
}

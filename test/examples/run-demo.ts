// Runs a demo for a test and knows every process that it has started, so that none is left when the test is over.
import { randomUUID } from 'node:crypto';
import { type App, killApps, runApp } from '../kit/apps/run-app.ts';
import { processesWith, type Running } from './processes.ts';

const MARK = 'DEMO_MARK';

/** The environment of a machine that has nothing but Node.js. */
export const BARE = { PATH: '/nowhere' };

export interface Demo {
  readonly app: App;
  /** What it has started and is still there, itself included. */
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

/** Kills what a failed test has left behind. */
export function killDemos(): void {
  killApps();
  for (const { pid } of demos.splice(0).flatMap(({ running }) => running())) process.kill(pid, 'SIGKILL');
}

// Run by the instrumentation kit in a process of its own: prints which published objects outlive the exercise that made them.
import { subscribe } from 'node:diagnostics_channel';
import { Registry } from '../../../src/core/recording/registry.ts';
import { attach } from '../../../src/hooks/attach.ts';
import type { Program } from '../programs.ts';
import { channelsOf, type Exercise, instrumentationOf } from './exercise.ts';
import { SETTINGS } from './instrumentation-settings.ts';

/** What lives as long as its server or client is kept, not as long as one request. */
const LASTING = new Set(['server', 'socket']);

const [moduleHref, exerciseHref, programJson] = process.argv.slice(2) as [string, string, string?];
const program = programJson === undefined ? undefined : (JSON.parse(programJson) as Program);
const instrumentation = await instrumentationOf(moduleHref);
const { exercise } = (await import(exerciseHref)) as { exercise: Exercise };
const tracked: { readonly name: string; readonly reference: WeakRef<object> }[] = [];

function track(name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) tracked.push({ name, reference: new WeakRef(value) });
}

for (const name of channelsOf(instrumentation)) {
  subscribe(name, (message) => {
    for (const [key, value] of Object.entries(message as object)) if (!LASTING.has(key)) track(`${key} of ${name}`, value);
  });
}
const attached = attach(instrumentation, new Registry(), SETTINGS);
await exercise.run((value) => track('what was tracked', value), program);

// Node lets go of the last request of a connection a few turns after it is closed.
let alive: string[] = [];
for (let turn = 0; turn < 50; turn += 1) {
  await new Promise((resolve) => setTimeout(resolve, 10));
  globalThis.gc!();
  alive = tracked.filter(({ reference }) => reference.deref() !== undefined).map(({ name }) => name);
  if (alive.length === 0) break;
}
if (attached.failure !== undefined) throw new Error(attached.failure);
console.log(JSON.stringify({ tracked: tracked.length, alive }));

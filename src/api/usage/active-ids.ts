// Counts the distinct ids that were active within some windows, by hashes that cannot be reversed, and shows them at collection.
import type { usageApiKeysActive, usageUsersActive } from '../../catalog/usage.ts';
import { nowMillis } from '../../core/clock.ts';
import { sharedRegistry } from '../../core/recording/shared-registry.ts';
import { describeValue } from '../named-attributes.ts';
import { instrumentOf } from '../record.ts';
import { ActiveWindow, type IdHash } from './active-window.ts';

/** Windows by their names, in milliseconds. */
export type Windows = ReadonlyMap<string, number>;

type Metric = typeof usageApiKeysActive | typeof usageUsersActive;

/** Salts the hashes: without it, an id could be found by hashing all possible ids. */
let salt: string | undefined;

export class ActiveIds {
  readonly #metric: Metric;
  #windows: ReadonlyMap<string, ActiveWindow>;
  #isShown = false;

  constructor(metric: Metric, windows: Windows) {
    this.#metric = metric;
    this.#windows = windowsOf(windows);
  }

  /** Begins anew with other windows; the previous ones are taken off the page. */
  setWindows(windows: Windows): void {
    if (this.#isShown) for (const name of this.#windows.keys()) instrumentOf(this.#metric).remove({ 'usage.window': name });
    this.#windows = windowsOf(windows);
  }

  /** Counts an id as active now. */
  add(id: string | number): void {
    if (!isId(id)) {
      const accepted = 'accepted is a text or a number';
      sharedRegistry().report(this.#metric.name, `does not count an id that is ${describeValue(id)}: ${accepted}`);
      return;
    }
    const hash = hashOf(String(id));
    const now = nowMillis();
    for (const window of this.#windows.values()) window.add(hash, now);
    if (!this.#isShown) sharedRegistry().onCollect(this.#metric.name, () => this.#show());
    this.#isShown = true;
  }

  #show(): void {
    const now = nowMillis();
    for (const [name, window] of this.#windows) instrumentOf(this.#metric).set(window.count(now), { 'usage.window': name });
  }
}

function windowsOf(windows: Windows): ReadonlyMap<string, ActiveWindow> {
  return new Map(Array.from(windows, ([name, millis]) => [name, new ActiveWindow(millis)]));
}

function isId(id: unknown): boolean {
  return (typeof id === 'string' && id !== '') || Number.isFinite(id);
}

function hashOf(id: string): IdHash {
  const { hash, randomBytes } = process.getBuiltinModule('node:crypto');
  salt ??= randomBytes(32).toString('hex');
  const digest = hash('sha256', salt + id, 'buffer');
  return { key: digest.readUIntBE(0, 6), rank: Math.clz32(digest.readUInt32BE(6)) };
}

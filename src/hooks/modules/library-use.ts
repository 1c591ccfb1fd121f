// Calls back when a program first uses a library: loads it, has it publish something, or has it read a list that libraries share.
import { channel } from 'node:diagnostics_channel';
import { onModule } from './module-hook.ts';
import { onPackageUse } from './package-use.ts';

/** What shows that a library is used. One sign is enough. */
export interface LibrarySigns {
  /**
   * By the name in each package's package.json, a CommonJS file within it that is loaded whichever way the package is used and
   * installed; several where versions differ.
   */
  readonly packages?: Readonly<Record<string, string | readonly string[]>>;
  /** Whether the packages have ES modules of their own, which Node does not publish. */
  readonly hasEsModules?: boolean;
  /** Diagnostics channels on which it publishes something first. Bundled into a program, it has no files, but publishes. */
  readonly channels?: readonly string[];
  /** The name of a global array of objects, which the library makes or finds, and calls back. */
  readonly globalList?: string;
}

/** A message that was published before whoever would have handled it was there. */
export interface FirstMessage {
  readonly channel: string;
  readonly message: unknown;
}

/** Called once; with the message by which the use was noticed, if it was one. */
export type LibraryListener = (first: FirstMessage | undefined) => void;

type Undo = () => void;

/** Calls back before the program has anything of the library, or as soon as the library shows itself in another way. */
export function onLibraryUse(signs: LibrarySigns, listener: LibraryListener): Undo {
  const undo: Undo[] = [];
  let isOver = false;
  const stop = (): void => {
    isOver = true;
    for (const one of undo.splice(0)) one();
  };
  const use = (first?: FirstMessage): void => {
    if (isOver) return;
    stop();
    listener(first);
  };
  for (const watch of watchesFor(signs, use)) {
    undo.push(watch());
    // Of the program that is running, the use may be known at once.
    if (isOver) break;
  }
  if (isOver) stop();
  return stop;
}

function* watchesFor(
  { packages = {}, hasEsModules = false, channels = [], globalList }: LibrarySigns,
  use: LibraryListener,
): Generator<() => Undo> {
  for (const [name, files] of Object.entries(packages)) {
    for (const file of [files].flat()) yield () => onModule({ package: name, file }, () => use(undefined));
    if (hasEsModules) yield () => onPackageUse(name, () => use(undefined));
  }
  for (const name of channels) yield () => onMessage(name, use);
  if (globalList !== undefined) yield () => onListRead(globalList, () => use(undefined));
}

function onMessage(name: string, use: LibraryListener): Undo {
  const source = channel(name);
  const handle = (message: unknown): void => use({ channel: name, message });
  source.subscribe(handle);
  return () => {
    source.unsubscribe(handle);
  };
}

/** Puts an object into the list that stands for one that `use` adds to it. */
function onListRead(name: string, use: () => void): Undo {
  const holder = globalThis as unknown as Record<string, object[] | undefined>;
  const list = (holder[name] ??= []);
  // Nothing can be added: so that it is reported, by whoever fails to.
  if (!Array.isArray(list) || !Object.isExtensible(list)) {
    use();
    return () => {};
  }
  let added: object | undefined;
  const standIn = new Proxy(
    {},
    {
      get(_, key) {
        // By symbols, other copies of promtel look for what is theirs.
        if (typeof key === 'symbol') return undefined;
        const before = new Set(list);
        use();
        added ??= list.find((one) => !before.has(one));
        return added === undefined ? undefined : (Reflect.get(added, key) as unknown);
      },
    },
  );
  list.push(standIn);
  return () => {
    const index = list.indexOf(standIn);
    if (index >= 0) list.splice(index, 1);
  };
}

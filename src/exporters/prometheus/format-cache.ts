// What a page keeps from one scrape to the next, for each format that is scraped.
import { isEscaping, type TranslationStrategy } from '../../core/naming/translation-strategy.ts';
import type { Family } from '../../core/recording/family.ts';
import type { Registry } from '../../core/recording/registry.ts';
import { CellFamily } from './cell-family.ts';
import type { EscapingScheme, Format } from './format.ts';
import { type Attributes, Naming, type Scope } from './naming.ts';
import { TextBudget, type TextShare } from './text-budget.ts';

/** A page as bytes. */
export interface PageContent {
  /** To be sent one after the other; not to be changed. */
  readonly chunks: readonly Buffer[];
  readonly byteLength: number;
}

export interface FormatCacheOptions {
  readonly strategy: TranslationStrategy;
  /** Who recorded promtel's own series. */
  readonly scope: Scope;
  readonly scopeLabels: boolean;
}

/** The names and the text of the page in one format. */
export class FormatCache {
  readonly naming: Naming;
  readonly readerBit: number;
  readonly share: TextShare;
  lastUsedMillis = 0;
  /** The page in the making. */
  rendering: Promise<PageContent> | undefined;

  readonly #scope: Scope;
  readonly #families = new Map<Family, CellFamily>();

  constructor(naming: Naming, scope: Scope, readerBit: number, budget: TextBudget) {
    this.naming = naming;
    this.readerBit = readerBit;
    this.share = budget.openShare(() => this.#dropText());
    this.#scope = scope;
  }

  familyOf(family: Family): CellFamily {
    let cells = this.#families.get(family);
    if (cells === undefined) {
      cells = new CellFamily(family, this.naming, this.#scope, this.readerBit, this.share);
      this.#families.set(family, cells);
    }
    return cells;
  }

  /** Frees the text of a family, such as one that has no series any more. */
  drop(family: Family): void {
    this.#families.get(family)?.drop();
  }

  #dropText(): void {
    for (const family of this.#families.values()) family.drop();
  }
}

/** After how long without a scrape a format is forgotten: a single look at it should not take memory for ever. */
const FORGET_AFTER_MILLIS = 10 * 60 * 1000;

export class FormatCaches {
  readonly #registry: Registry;
  readonly #options: FormatCacheOptions;
  readonly #budget: TextBudget;
  readonly #caches = new Map<string, FormatCache>();
  /** The resource labels that the caches were made with. */
  #resourceLabels = '';

  constructor(registry: Registry, options: FormatCacheOptions, budget: TextBudget) {
    this.#registry = registry;
    this.#options = options;
    this.#budget = budget;
  }

  /** The cache for a format; every series carries the resource attributes that are given. */
  get({ syntax, escaping: requested }: Format, resourceAttributes: Attributes): FormatCache {
    this.#forgetOthers(resourceAttributes);
    const escaping = effectiveEscaping(requested, this.#options.strategy);
    const key = `${syntax} ${escaping}`;
    let cache = this.#caches.get(key);
    if (cache === undefined) {
      const naming = new Naming({ syntax, escaping }, { ...this.#options, resourceAttributes });
      cache = new FormatCache(naming, this.#options.scope, this.#registry.claimReaderBit(), this.#budget);
      this.#caches.set(key, cache);
    }
    cache.lastUsedMillis = Date.now();
    return cache;
  }

  /** Forgets everything and gives the readers' bits back. */
  clear(): void {
    for (const key of this.#caches.keys()) this.#forget(key);
  }

  // The resource may become known only after the first scrape, when a detector was slow.
  #forgetOthers(resourceAttributes: Attributes): void {
    const resourceLabels = JSON.stringify(resourceAttributes);
    if (resourceLabels !== this.#resourceLabels) this.clear();
    this.#resourceLabels = resourceLabels;
    const oldestMillis = Date.now() - FORGET_AFTER_MILLIS;
    for (const [key, { lastUsedMillis }] of this.#caches) if (lastUsedMillis < oldestMillis) this.#forget(key);
  }

  #forget(key: string): void {
    const cache = this.#caches.get(key);
    this.#caches.delete(key);
    if (cache === undefined) return;
    cache.share.close();
    const release = (): void => this.#registry.releaseReaderBit(cache.readerBit);
    // A page in the making still clears the bit, which would hide changes from the next reader with that bit.
    if (cache.rendering === undefined) release();
    else void cache.rendering.then(release, release);
  }
}

/** Where the strategy gives classic names, only `dots` still changes them: the other schemes share one page. */
function effectiveEscaping(escaping: EscapingScheme, strategy: TranslationStrategy): EscapingScheme {
  return isEscaping(strategy) && escaping !== 'dots' ? 'underscores' : escaping;
}

// What a page remembers from one scrape to the next, for readers of each format by themselves.
import type { TranslationStrategy } from '../../core/naming/translation-strategy.ts';
import type { Family } from '../../core/recording/family.ts';
import type { Registry } from '../../core/recording/registry.ts';
import { CellFamily } from './cell-family.ts';
import type { Format } from './format.ts';
import { type Attributes, type Scope, Naming } from './naming.ts';

/** A page as bytes. */
export interface PageContent {
  /** To be sent one after the other; not to be changed. */
  readonly chunks: readonly Buffer[];
  readonly byteLength: number;
}

export interface VariantOptions {
  readonly strategy: TranslationStrategy;
  /** Who recorded promtel's own series. */
  readonly scope: Scope;
  readonly scopeLabels: boolean;
}

/** The page in one format. */
export class FormatCache {
  readonly naming: Naming;
  readonly bit: number;
  lastUsedMillis = 0;
  /** The page in the making. */
  rendering: Promise<PageContent> | undefined;

  readonly #scope: Scope;
  readonly #own = new Map<Family, CellFamily>();

  constructor(naming: Naming, scope: Scope, bit: number) {
    this.naming = naming;
    this.bit = bit;
    this.#scope = scope;
  }

  own(family: Family): CellFamily {
    let own = this.#own.get(family);
    if (own === undefined) {
      own = new CellFamily(family, this.naming, this.#scope, this.bit);
      this.#own.set(family, own);
    }
    return own;
  }
}

/** After how long without a reader a variant is forgotten: somebody who looked once should not cost memory for ever. */
const FORGET_AFTER_MILLIS = 10 * 60 * 1000;

export class FormatCaches {
  readonly #registry: Registry;
  readonly #options: VariantOptions;
  readonly #variants = new Map<string, FormatCache>();
  /** The resource labels that the variants were made with. */
  #resourceLabels = '';

  constructor(registry: Registry, options: VariantOptions) {
    this.#registry = registry;
    this.#options = options;
  }

  /** The variant for a format; every series carries the resource attributes that are given. */
  get(format: Format, resourceAttributes: Attributes): FormatCache {
    this.#forgetOthers(resourceAttributes);
    const key = `${format.syntax} ${format.escaping}`;
    let variant = this.#variants.get(key);
    if (variant === undefined) {
      const naming = new Naming(format, { ...this.#options, resourceAttributes });
      variant = new FormatCache(naming, this.#options.scope, this.#registry.claimReaderBit());
      this.#variants.set(key, variant);
    }
    variant.lastUsedMillis = Date.now();
    return variant;
  }

  /** Forgets everything and gives the readers' bits back. */
  clear(): void {
    for (const key of this.#variants.keys()) this.#forget(key);
  }

  // The resource may become known only after the first scrape, when a detector was slow.
  #forgetOthers(resourceAttributes: Attributes): void {
    const resourceLabels = JSON.stringify(resourceAttributes);
    if (resourceLabels !== this.#resourceLabels) this.clear();
    this.#resourceLabels = resourceLabels;
    const oldestMillis = Date.now() - FORGET_AFTER_MILLIS;
    for (const [key, { lastUsedMillis }] of this.#variants) if (lastUsedMillis < oldestMillis) this.#forget(key);
  }

  #forget(key: string): void {
    const variant = this.#variants.get(key);
    this.#variants.delete(key);
    if (variant === undefined) return;
    const release = (): void => this.#registry.releaseReaderBit(variant.bit);
    // A page in the making still clears the bit, which would hide changes from whoever has it next.
    if (variant.rendering === undefined) release();
    else void variant.rendering.then(release, release);
  }
}

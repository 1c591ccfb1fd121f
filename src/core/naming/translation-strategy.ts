// How OpenTelemetry names become Prometheus names: the strategies, by the names that Prometheus' `translation_strategy` has.

/** Whether a strategy replaces what a classic name cannot hold, and whether it adds units and `_total`. */
export const STRATEGIES = {
  UnderscoreEscapingWithSuffixes: { escapes: true, addsSuffixes: true },
  UnderscoreEscapingWithoutSuffixes: { escapes: true, addsSuffixes: false },
  NoUTF8EscapingWithSuffixes: { escapes: false, addsSuffixes: true },
  NoTranslation: { escapes: false, addsSuffixes: false },
} as const;

export type TranslationStrategy = keyof typeof STRATEGIES;

export const TRANSLATION_STRATEGIES = Object.keys(STRATEGIES) as readonly TranslationStrategy[];

export const DEFAULT_STRATEGY: TranslationStrategy = 'UnderscoreEscapingWithSuffixes';

/** Whether names under a strategy are classic ones, which need no quotes. */
export function isEscaping(strategy: TranslationStrategy): boolean {
  return STRATEGIES[strategy].escapes;
}

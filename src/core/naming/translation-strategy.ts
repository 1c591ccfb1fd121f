// The strategies of translating OpenTelemetry names to Prometheus names, as Prometheus' `translation_strategy` names them.

/** Whether a strategy replaces characters that classic names cannot hold, and whether it adds units and `_total`. */
export const STRATEGIES = {
  UnderscoreEscapingWithSuffixes: { escapes: true, addsSuffixes: true },
  UnderscoreEscapingWithoutSuffixes: { escapes: true, addsSuffixes: false },
  NoUTF8EscapingWithSuffixes: { escapes: false, addsSuffixes: true },
  NoTranslation: { escapes: false, addsSuffixes: false },
} as const;

export type TranslationStrategy = keyof typeof STRATEGIES;

export const TRANSLATION_STRATEGIES = Object.keys(STRATEGIES) as readonly TranslationStrategy[];

export const DEFAULT_STRATEGY: TranslationStrategy = 'UnderscoreEscapingWithSuffixes';

/** Whether a strategy gives classic names, which need no quotes. */
export function isEscaping(strategy: TranslationStrategy): boolean {
  return STRATEGIES[strategy].escapes;
}

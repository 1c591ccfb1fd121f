// Prometheus' escaping schemes: how a name beyond the classic alphabet is written for a scraper that reads classic names only.
//
// They follow github.com/prometheus/common v0.71, except that it leaves a colon in a label name, which no parser reads.
import type { EscapingScheme } from './format.ts';

/** What a classic name may hold: as its first character, and further on. */
interface Alphabet {
  readonly first: RegExp;
  readonly further: RegExp;
  readonly whole: RegExp;
}

const METRIC_ALPHABET: Alphabet = { first: /[a-zA-Z_:]/, further: /[a-zA-Z0-9_:]/, whole: /^[a-zA-Z_:][a-zA-Z0-9_:]*$/ };
const LABEL_ALPHABET: Alphabet = { first: /[a-zA-Z_]/, further: /[a-zA-Z0-9_]/, whole: /^[a-zA-Z_][a-zA-Z0-9_]*$/ };

export function escapeMetricName(name: string, scheme: EscapingScheme): string {
  return escapeName(name, scheme, METRIC_ALPHABET);
}

export function escapeLabelName(name: string, scheme: EscapingScheme): string {
  return escapeName(name, scheme, LABEL_ALPHABET);
}

function escapeName(name: string, scheme: EscapingScheme, { first, further, whole }: Alphabet): string {
  if (scheme === 'allow-utf-8') return name;
  // Underscores are doubled in classic names too, since `_dot_` stands for a dot.
  if (scheme !== 'dots' && whole.test(name)) return name;
  const escaped = Array.from(name, (character, index) => {
    const fits = (index === 0 ? first : further).test(character);
    return WRITTEN[scheme](character, fits);
  }).join('');
  return scheme === 'values' ? `U__${escaped}` : escaped;
}

/** How a scheme writes one character; `fits` says whether a classic name may have it there. */
const WRITTEN: Record<Exclude<EscapingScheme, 'allow-utf-8'>, (character: string, fits: boolean) => string> = {
  underscores: (character, fits) => (fits ? character : '_'),
  dots: (character, fits) => (character === '.' ? '_dot_' : character === '_' || !fits ? '__' : character),
  values: (character, fits) => {
    if (character === '_') return '__';
    return fits ? character : `_${character.codePointAt(0)?.toString(16)}_`;
  },
};

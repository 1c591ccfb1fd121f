// Content negotiation: Prometheus text or OpenMetrics, and how names are escaped, by the Accept header of the scraper.

export type Syntax = 'text' | 'openmetrics';

/** How names beyond the classic ones are written, by what the `escaping` parameter of Accept says. */
export const ESCAPING_SCHEMES = ['allow-utf-8', 'underscores', 'dots', 'values'] as const;

export type EscapingScheme = (typeof ESCAPING_SCHEMES)[number];

export interface Format {
  readonly syntax: Syntax;
  readonly escaping: EscapingScheme;
  readonly contentType: string;
}

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const TEXT_WITH_ESCAPING = 'text/plain; version=1.0.0; charset=utf-8';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** For a scraper that requests nothing else: old ones read classic names only. */
export const DEFAULT_FORMAT: Format = { syntax: 'text', escaping: 'underscores', contentType: TEXT };

/** One of the media types of an Accept header. */
interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/**
 * The format for an Accept header: of those that it accepts and we have, the one with the highest quality. If there is none it
 * is the text format, since a page in a format that was not requested is worth more than none.
 */
export function negotiate(accept: string | undefined): Format {
  const clauses = (accept ?? '')
    .split(',')
    .map(clauseOf)
    .filter(({ quality }) => quality > 0);
  // The sort is stable, so that of equals the first one counts.
  for (const clause of clauses.toSorted((a, b) => b.quality - a.quality)) {
    const format = formatFor(clause);
    if (format !== undefined) return format;
  }
  return DEFAULT_FORMAT;
}

function clauseOf(text: string): Clause {
  const [type = '', ...rest] = text.split(';');
  const parameters = new Map(rest.map(parameterOf));
  const quality = Number(parameters.get('q') ?? 1);
  return { type: type.trim().toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality };
}

function parameterOf(text: string): [string, string] {
  const [key = '', ...value] = text.split('=');
  return [
    key.trim().toLowerCase(),
    value
      .join('=')
      .trim()
      .replace(/^"(.*)"$/, '$1'),
  ];
}

/** The versions of each media type that we have; an empty one means that none is given. */
const OFFERS: ReadonlyMap<string, { readonly syntax: Syntax; readonly versions: readonly string[] }> = new Map([
  ['application/openmetrics-text', { syntax: 'openmetrics', versions: ['', '1.0.0'] }],
  ['application/*', { syntax: 'openmetrics', versions: [''] }],
  ['text/plain', { syntax: 'text', versions: ['', '0.0.4', '1.0.0'] }],
  ['text/*', { syntax: 'text', versions: [''] }],
  ['*/*', { syntax: 'text', versions: [''] }],
]);

function formatFor({ type, parameters }: Clause): Format | undefined {
  const offer = OFFERS.get(type);
  const version = parameters.get('version') ?? '';
  if (offer === undefined || !offer.versions.includes(version)) return undefined;
  const { syntax } = offer;
  const requested = ESCAPING_SCHEMES.find((scheme) => scheme === parameters.get('escaping'));
  const contentType = syntax === 'openmetrics' ? OPENMETRICS : version === '1.0.0' ? TEXT_WITH_ESCAPING : TEXT;
  if (requested === undefined) return { syntax, escaping: DEFAULT_FORMAT.escaping, contentType };
  return { syntax, escaping: requested, contentType: `${contentType}; escaping=${requested}` };
}

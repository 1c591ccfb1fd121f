// The semantic conventions, as their package documents them: every name with its brief, and whether it is deprecated.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import genAi from '../golden/semconv/gen-ai.json' with { type: 'json' };

export interface Convention {
  /** The first sentence of its description, without links. */
  readonly brief: string;
  readonly isDeprecated: boolean;
}

export const metricConventions = readConventions('METRIC');

export const attributeConventions = readConventions('ATTR');

/** What the GenAI conventions added after they had left the package. */
export const genAiBriefs: Readonly<Record<string, string>> = genAi.briefs;

/** The package has the briefs nowhere but in the comments of its types. */
function readConventions(kind: 'METRIC' | 'ATTR'): ReadonlyMap<string, Convention> {
  const folder = dirname(createRequire(import.meta.url).resolve('@opentelemetry/semantic-conventions/incubating'));
  const area = kind === 'METRIC' ? 'metrics' : 'attributes';
  const text = ['stable', 'experimental'].map((stage) => readFileSync(join(folder, `${stage}_${area}.d.mts`), 'utf8')).join('\n');
  const declaration = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*declare const ${kind}_\\w+: "([^"]+)"`, 'g');
  return new Map(
    [...text.matchAll(declaration)].map(([, comment, name]) => [
      name!,
      { brief: briefOf(comment!), isDeprecated: comment!.includes('@deprecated') },
    ]),
  );
}

function briefOf(comment: string): string {
  const [description] = comment.split(/^\s*\* @/m);
  const text = description!
    .replace(/^\s*\*/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  const [sentence] = text.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').split(/(?<=\.) (?=[A-Z])/);
  return sentence!.endsWith('.') ? sentence! : `${sentence!}.`;
}

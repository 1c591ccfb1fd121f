// Finds misspelt variables: those that look meant for promtel or OpenTelemetry, but are not the name of a setting.
import type { Problem } from '../core/problem.ts';
import type { Environment } from './config.ts';
import { settings } from './settings.ts';
import { specificationNames, unreadNames } from './specification-names.ts';

/** More edits than this turn one real name into another. */
const MAX_EDITS = 3;

/** Names that begin almost like ours, since the prefix itself may be misspelt, and that fit on a line. */
const ALMOST_OURS = /^(ot|pr)[a-z]*_[\x21-\x7e]{0,100}$/i;

const settingNames: readonly string[] = Object.values(settings).flatMap((area) => Object.values(area).map(({ env }) => env));
const realNames: readonly string[] = [...settingNames, ...specificationNames];

/** A problem for every variable that is set, is no setting, and has the prefix or almost the name of one. */
export function unknownNames(env: Environment): Problem[] {
  const real = new Set(realNames);
  const candidates = Object.keys(env).filter((name) => ALMOST_OURS.test(name) && !real.has(name) && isSet(env[name]));
  return candidates.flatMap((subject) => {
    const message = unreadNames[subject] ?? unknownName(subject, env);
    return message === undefined ? [] : [{ subject, message }];
  });
}

function unknownName(name: string, env: Environment): string | undefined {
  const upper = name.toUpperCase();
  // Windows reads variables in any case.
  if (env[upper] === env[name] && upper !== name) return undefined;
  const meant = nearest(upper, realNames, MAX_EDITS);
  if (meant !== undefined) return `is not the name of a setting; did you mean ${meant}?`;
  if (!name.startsWith('PROMTEL_') || isServiceLink(name, env[name])) return undefined;
  const related = withTheSameWords(name);
  return `is not the name of a setting; ${related === undefined ? 'otel/settings.md lists them all' : `did you mean ${related}?`}`;
}

/** The first setting that has all the words of the name after its prefix, as `PROMTEL_PORT` has those of one. */
function withTheSameWords(name: string): string | undefined {
  const words = name.split('_').slice(1);
  return settingNames.find((own) => words.every((word) => own.split('_').includes(word)));
}

/** Kubernetes sets such variables in every pod for a service that happens to be called promtel. */
function isServiceLink(name: string, text = ''): boolean {
  return /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_/.test(name) || (name.endsWith('_PORT') && text.includes('://'));
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}

/** The first candidate that takes the fewest edits, if those are no more than `maxEdits`. */
export function nearest(text: string, candidates: readonly string[], maxEdits: number): string | undefined {
  let best: string | undefined;
  let bestEdits = maxEdits + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) >= bestEdits) continue;
    const edits = editDistance(text, candidate);
    if (edits < bestEdits) [best, bestEdits] = [candidate, edits];
  }
  return best;
}

/** Letters added, left out, replaced or swapped with their neighbour (optimal string alignment). */
export function editDistance(one: string, other: string): number {
  let twoBefore: number[] = [];
  let before = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const current = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = before[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      current[j] = Math.min(replaced, before[j]! + 1, current[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) current[j] = Math.min(current[j]!, twoBefore[j - 2]! + 1);
    }
    twoBefore = before;
    before = current;
  }
  return before[other.length]!;
}

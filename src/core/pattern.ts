// Matches names and paths against wildcard patterns (globs): `*` matches any number of characters, `?` exactly one.

const STAR = 42;
const QUESTION_MARK = 63;

/**
 * Whether the pattern matches the whole text. It backtracks to the last star only, so the time is at most proportional to
 * the length of the pattern times that of the text: safe for the path of any request.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let inText = 0;
  let inPattern = 0;
  let afterStar = -1;
  let starEnd = 0;
  while (inText < text.length) {
    const wanted = pattern.charCodeAt(inPattern);
    if (wanted === STAR) {
      afterStar = ++inPattern;
      starEnd = inText;
    } else if (wanted === QUESTION_MARK || wanted === text.charCodeAt(inText)) {
      inPattern++;
      inText++;
    } else if (afterStar >= 0) {
      inPattern = afterStar;
      inText = ++starEnd;
    } else {
      return false;
    }
  }
  while (pattern.charCodeAt(inPattern) === STAR) inPattern++;
  return inPattern === pattern.length;
}

/** Whether one of the patterns matches the text. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  for (const pattern of patterns) if (matchesPattern(pattern, text)) return true;
  return false;
}

// Wildcard patterns for names and paths: `*` stands for any run of characters, `?` for exactly one.

const STAR = 42;
const QUESTION_MARK = 63;

/**
 * Whether the whole text fits the pattern. Only the last star is ever tried again, so the work is bounded by the
 * lengths of pattern and text multiplied, whatever either holds: a request's path may be tested with it.
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

/** Whether the text fits one of the patterns. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  for (const pattern of patterns) if (matchesPattern(pattern, text)) return true;
  return false;
}

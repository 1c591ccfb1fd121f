// Reports problems, once per cause and in one line, instead of throwing: telemetry must not break its host.

export interface Problem {
  /** What has the problem: a variable, a metric, an instrumentation or a file. */
  readonly subject: string;
  /** What is wrong, what is accepted, and what happens instead. */
  readonly message: string;
}

export type ProblemListener = (problem: Problem) => void;

/** A message that varies must not flood the log, nor keep the problems of other subjects out of it. */
const MAX_PER_SUBJECT = 5;
const MAX_SUBJECTS = 1000;
const MAX_WAITING = 1000;

const reportedBySubject = new Map<string, Set<string>>();
const waiting: Problem[] = [];
let listener: ProblemListener | undefined;

/** Reports a problem once: a repetition is dropped, and what exceeds five different ones of the same subject. */
export function reportProblem(subject: string, message: string): void {
  let reported = reportedBySubject.get(subject);
  if (reported === undefined) {
    if (reportedBySubject.size >= MAX_SUBJECTS) return;
    reported = new Set();
    reportedBySubject.set(subject, reported);
  }
  if (reported.has(message) || reported.size > MAX_PER_SUBJECT) return;
  reported.add(message);
  reportEachTime(subject, reported.size > MAX_PER_SUBJECT ? 'has further problems, which are not reported' : message);
}

/** Reports a problem even if it is a repetition, such as the next outage of an exporter; kept until there is a listener. */
export function reportEachTime(subject: string, message: string): void {
  if (listener !== undefined) listener({ subject, message });
  else if (waiting.length < MAX_WAITING) waiting.push({ subject, message });
}

/** Sets the listener and passes it the problems that were reported before. */
export function onProblem(next: ProblemListener | undefined): void {
  listener = next;
  if (next === undefined) return;
  for (const problem of waiting.splice(0)) next(problem);
}

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  try {
    const text = String(error instanceof Error ? error.message : error);
    return text.replace(/\s+/g, ' ').trim();
  } catch {
    return 'an error that has no message';
  }
}

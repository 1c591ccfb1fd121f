// Reports problems, each once and in one line, instead of throwing: telemetry must not break the application.

export interface Problem {
  /** What has the problem: a variable, a metric, an instrumentation or a file. */
  readonly subject: string;
  /** What is wrong, what is accepted, and what happens instead. */
  readonly message: string;
}

export type ProblemListener = (problem: Problem) => void;

/** Keeps a message that varies from flooding the log, and from hiding the problems of other subjects. */
const MAX_PER_SUBJECT = 5;
const MAX_SUBJECTS = 1000;
const MAX_BUFFERED = 1000;

const reportedBySubject = new Map<string, Set<string>>();
const buffered: Problem[] = [];
let listener: ProblemListener | undefined;

/** Reports a problem once: a repetition is dropped, and so is every problem after the first five of a subject. */
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

/** Reports a problem even if it repeats, such as the next outage of an exporter. Buffered until there is a listener. */
export function reportEachTime(subject: string, message: string): void {
  if (listener !== undefined) listener({ subject, message });
  else if (buffered.length < MAX_BUFFERED) buffered.push({ subject, message });
}

/** Sets the listener and passes it the buffered problems; undefined removes it. */
export function onProblem(next: ProblemListener | undefined): void {
  listener = next;
  if (next === undefined) return;
  for (const problem of buffered.splice(0)) next(problem);
}

/** The message of a thrown value, on one line. */
export function messageOf(error: unknown): string {
  try {
    const text = String(error instanceof Error ? error.message : error);
    return text.replace(/\s+/g, ' ').trim();
  } catch {
    return 'an error that has no message';
  }
}

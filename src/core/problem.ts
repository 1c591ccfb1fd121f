// Problems are told once per cause, in one line, and never thrown: telemetry must not break its host.

export interface Problem {
  /** Where it lies: a variable, a metric, an instrumentation or a file. */
  readonly subject: string;
  /** What is wrong, what is accepted, and what happens instead. */
  readonly message: string;
}

export type ProblemListener = (problem: Problem) => void;

/** A message that varies must not drown the others, nor mute them. */
const MOST_PER_SUBJECT = 5;
const MOST_SUBJECTS = 1000;
const MOST_WAITING = 1000;

const toldBySubject = new Map<string, Set<string>>();
const waiting: Problem[] = [];
let listener: ProblemListener | undefined;

/** Reports a problem once: a repetition is dropped, and what exceeds five different ones of the same subject. */
export function reportProblem(subject: string, message: string): void {
  let told = toldBySubject.get(subject);
  if (told === undefined) {
    if (toldBySubject.size >= MOST_SUBJECTS) return;
    told = new Set();
    toldBySubject.set(subject, told);
  }
  if (told.has(message) || told.size > MOST_PER_SUBJECT) return;
  told.add(message);
  tellProblem(subject, told.size > MOST_PER_SUBJECT ? 'has further problems, which are not told' : message);
}

/** Tells a problem, or keeps it until there is a listener; for who tells repetitions apart, such as the outages of an exporter. */
export function tellProblem(subject: string, message: string): void {
  if (listener !== undefined) listener({ subject, message });
  else if (waiting.length < MOST_WAITING) waiting.push({ subject, message });
}

/** Sets who hears of problems and hands over those that came before. */
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

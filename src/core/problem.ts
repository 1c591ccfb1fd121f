// Problems are told once per cause, in one line, and never thrown: telemetry must not break its host.

export interface Problem {
  /** Where it lies: a variable, a metric, an instrumentation or a file. */
  readonly subject: string;
  /** What is wrong, what is accepted, and what happens instead. */
  readonly message: string;
}

export type ProblemListener = (problem: Problem) => void;

const MOST_CAUSES = 1000;
const told = new Set<string>();
const waiting: Problem[] = [];
let listener: ProblemListener | undefined;

/** Reports a problem to the listener, or keeps it until there is one; a repetition is dropped. */
export function reportProblem(subject: string, message: string): void {
  const cause = `${subject}: ${message}`;
  if (told.has(cause) || told.size >= MOST_CAUSES) return;
  told.add(cause);
  if (listener === undefined) waiting.push({ subject, message });
  else listener({ subject, message });
}

/** Sets who hears of problems and hands over those that came before. */
export function onProblem(next: ProblemListener | undefined): void {
  listener = next;
  if (next === undefined) return;
  for (const problem of waiting.splice(0)) next(problem);
}

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim();
}

// The other end of a variant: answers each question of the benchmark with what one round gave.

/**
 * Answers every question, one at a time, until the benchmark ends the process. Garbage is collected before the first one, as it
 * is while any larger application starts: what a collection moves can cost something ever after, and a small process that happened
 * to have none would be lucky.
 */
export function answerQuestions(answer: (question: any) => unknown): void {
  let isFirst = true;
  process.on('message', (question) => {
    if (isFirst) globalThis.gc?.();
    isFirst = false;
    void Promise.resolve(question)
      .then(answer)
      .then(
        (value) => process.send!({ value }),
        (error: unknown) => process.send!({ failure: error instanceof Error ? error.message : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit());
}

// The other end of a variant: answers each question of the benchmark with what one round gave.

/** Answers every question, one at a time, until the benchmark ends the process. */
export function answerQuestions(answer: (question: any) => unknown): void {
  process.on('message', (question) => {
    void Promise.resolve(question)
      .then(answer)
      .then(
        (value) => process.send!({ value }),
        (error: unknown) => process.send!({ failure: error instanceof Error ? error.message : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit());
}

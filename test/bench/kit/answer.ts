// Runs in the process of a variant: answers each request of the benchmark with the result of one round.

/**
 * Answers requests until the benchmark ends the process. Garbage is collected before the first one, as in any larger application
 * at start-up: a collection moves objects and may change the speed of code for good, so that a small process without one would
 * not be comparable.
 */
export function answerQuestions(answer: (request: any) => unknown): void {
  let isFirst = true;
  process.on('message', (request) => {
    if (isFirst) globalThis.gc?.();
    isFirst = false;
    void Promise.resolve(request)
      .then(answer)
      .then(
        (value) => process.send!({ value }),
        (error: unknown) => process.send!({ failure: error instanceof Error ? error.message : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit());
}

// Prints, after the tests, one line for each missing program: how many tests were skipped, and why.
import type { Reporter, TestModule } from 'vitest/node';

export default class MissingProgramsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { missingProgram } = test.meta();
        if (missingProgram !== undefined) skipped.set(missingProgram, (skipped.get(missingProgram) ?? 0) + 1);
      }
    }
    process.on('exit', () => {
      for (const [reason, tests] of skipped) console.log(`${tests} tests skipped: ${reason}`);
    });
  }
}

// Prints vitest's counts as the last line, in the plain form that CI reads: `N passed, N failed`.
import type { Reporter, TestModule } from 'vitest/node';

export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    let broken = errors.length;
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
      broken += module.errors().length;
    }
    const skipped = counts.skipped + counts.pending;
    const line = `${counts.passed} passed, ${counts.failed + broken} failed`;
    process.on('exit', () => {
      console.log(skipped === 0 ? line : `${line}, ${skipped} skipped`);
    });
  }
}

// Builds dist/ once before the tests, since the processes that they start run the package as users get it.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default function setup(): void {
  execFileSync('tsc', ['-p', 'src'], { cwd: root, stdio: 'inherit' });
}

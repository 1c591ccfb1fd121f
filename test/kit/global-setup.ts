// Builds the package once before all tests, since the processes that they start run the build.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isCi } from './ci.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default function setup(): void {
  const { status, error } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  // While one file is being worked on, the tests of the others can still run; CI takes no build with errors.
  if (error !== undefined || (status !== 0 && isCi())) throw error ?? new Error('src does not compile');
}

// promtel's own lines harm nobody, even where nobody reads them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const register = new URL('../../register.js', import.meta.url).href;
const root = fileURLToPath(new URL('..', import.meta.url));

it('lets an application run whose standard error is closed', async () => {
  const program = `setTimeout(() => console.log('done'), 300)`;
  const args = ['--import', register, '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, args, { cwd: root, env: { OTEL_EXPORTER_PROMETHEUS_PORT: '0' } });
  child.stderr.destroy();
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(said).toBe('done\n');
});

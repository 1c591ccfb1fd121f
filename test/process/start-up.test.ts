// What a process loads of promtel when it starts: few files, however many libraries promtel knows.
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const register = new URL('../../register.js', import.meta.url).href;
const dist = new URL('../../dist/', import.meta.url).href;
const counting = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  process.on('exit', () => console.log(JSON.stringify(loaded)));
`)}`;

it('is not more than its entry and what entries share', () => {
  const env = { PATH: process.env['PATH'], OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
  const args = ['--import', counting, '--import', register, '--eval', '0'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  expect(stderr).toContain('promtel: ');
  const loaded = JSON.parse(stdout) as string[];
  const own = loaded.filter((url) => url.startsWith(dist)).map((url) => url.slice(dist.length));
  expect(own.toSorted()).toEqual(['register.js', 'rolldown-runtime.js', 'shared.js']);
  expect(loaded.filter((url) => url.includes('/node_modules/@opentelemetry/sdk'))).toEqual([]);
});

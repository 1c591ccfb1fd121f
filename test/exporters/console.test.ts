// The console exporter prints what there is, at the end too, and nothing where there is nothing.
import { afterAll, describe, expect, it } from 'vitest';
import { killApps, runApp } from '../kit/apps/run-app.ts';

const PRELOAD = ['--import', './test/sdk/fixtures/preload.mjs'];
const env = { OTEL_METRICS_EXPORTER: 'console' };

afterAll(killApps);

describe('the console exporter', () => {
  it('prints at every interval', async () => {
    const program = ['--input-type=module', '-e', 'shop.orders.add(3); setInterval(() => {}, 1000)'];
    const app = runApp([...PRELOAD, ...program], { env: { ...env, OTEL_METRIC_EXPORT_INTERVAL: '100' } });
    await app.line(/name: 'shop.orders'[^]*name: 'shop.orders'/);
    app.signal('SIGTERM');
    expect(await app.ended).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  });

  it('prints the last points of a process that exits', async () => {
    const program = ['--input-type=module', '-e', 'shop.orders.add(3); process.exit(1)'];
    const { code, stdout } = await runApp([...PRELOAD, ...program], { env }).ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/name: 'shop.orders'[^]*value: 3/);
  });

  it('prints nothing where nothing was recorded', async () => {
    expect(await runApp([...PRELOAD, '-e', ''], { env }).ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});

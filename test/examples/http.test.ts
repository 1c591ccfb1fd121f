// The demo of HTTP alone runs, and ends with what it measured.
import { afterEach, describe, expect, it } from 'vitest';
import { killDemos, runDemo } from './run-demo.ts';

afterEach(killDemos);

describe('the shop', () => {
  it('the shop ends by itself with a summary of what was measured', async () => {
    const { app, running } = runDemo('http', ['--for', '2']);
    const { code, stdout } = await app.ended;
    expect(stdout).toMatch(/GET \/api\/:version\/products\/:sku 200 +\d+ ×/);
    expect(code).toBe(0);
    expect(running()).toEqual([]);
  });
});

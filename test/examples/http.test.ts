// `npm run demo:http` runs and ends with a summary.
import { afterEach, describe, expect, it } from 'vitest';
import { killDemos, runDemo } from './run-demo.ts';

afterEach(killDemos);

describe('demo:http', () => {
  it('demo:http ends after --for seconds with a summary', async () => {
    const { app, running } = runDemo('http', ['--for', '2']);
    const { code, stdout } = await app.ended;
    expect(stdout).toMatch(/GET \/api\/:version\/products\/:sku 200 +\d+ ×/);
    expect(code).toBe(0);
    expect(running()).toEqual([]);
  });
});

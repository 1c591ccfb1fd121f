// The generator: the committed files are up to date, and --check finds those that are not.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { settingsPage } from '../../src/config/document.ts';

const root = join(import.meta.dirname, '../..');
const copy = mkdtempSync(join(tmpdir(), 'promtel-generate-'));
afterAll(() => rmSync(copy, { recursive: true }));

describe('generated files', () => {
  it('otel/generate.ts --check finds the committed files up to date', () => {
    expect(readFileSync(join(root, 'otel/settings.md'), 'utf8')).toBe(settingsPage());
    expect(execFileSync(process.execPath, ['otel/generate.ts', '--check'], { cwd: root, encoding: 'utf8' })).toBe('');
  });

  it('otel/generate.ts writes missing files, and --check reports those that are missing or were edited by hand', () => {
    copyFileSync(join(root, 'package.json'), join(copy, 'package.json'));
    for (const folder of ['otel', 'grafana'])
      cpSync(join(root, folder), join(copy, folder), { recursive: true, filter: isSource });
    for (const folder of ['src', 'node_modules']) symlinkSync(join(root, folder), join(copy, folder));
    const generate = (...flags: string[]) =>
      spawnSync(process.execPath, ['otel/generate.ts', ...flags], { cwd: copy, encoding: 'utf8' });

    const missing = generate('--check');
    expect(missing.status).toBe(1);
    for (const file of ['otel/settings.md', 'otel/metrics.md', 'otel/rules/http.yaml', 'otel/runbooks/http.md'])
      expect(missing.stderr).toContain(`${file} is out of date: run npm run generate\n`);
    expect(missing.stderr).toContain('grafana/dashboards/http.json is out of date');
    expect(generate()).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(copy, 'otel/settings.md'), 'utf8')).toBe(settingsPage());
    expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
    appendFileSync(join(copy, 'otel/rules/http.yaml'), '# by hand\n');
    expect(generate('--check')).toMatchObject({
      status: 1,
      stderr: 'otel/rules/http.yaml is out of date: run npm run generate\n',
    });
    expect(generate('--native-histograms')).toMatchObject({ status: 0, stderr: '' });
    for (const file of ['otel/rules/http.yaml', 'otel/runbooks/http.md']) {
      const text = readFileSync(join(copy, file), 'utf8');
      expect(text).toContain('histogram_count(rate(http_server_request_duration_seconds');
      expect(text).not.toMatch(/_seconds_(bucket|count|sum)\b/);
    }
  });
});

/** Whether a file is written by hand in TypeScript, or a folder. */
function isSource(path: string): boolean {
  return path.endsWith('.ts') || statSync(path).isDirectory();
}

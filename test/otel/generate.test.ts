// The generator of the references: the committed files are up to date, and --check finds those that are not.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { settingsPage } from '../../src/config/document.ts';

const root = join(import.meta.dirname, '../..');
const copy = mkdtempSync(join(tmpdir(), 'promtel-generate-'));
afterAll(() => rmSync(copy, { recursive: true }));

describe('generated references', () => {
  it('otel/generate.ts --check finds the committed references up to date', () => {
    expect(readFileSync(join(root, 'otel/settings.md'), 'utf8')).toBe(settingsPage());
    expect(execFileSync(process.execPath, ['otel/generate.ts', '--check'], { cwd: root, encoding: 'utf8' })).toBe('');
  });

  it('otel/generate.ts writes missing references, and --check reports one that was edited by hand', () => {
    mkdirSync(join(copy, 'otel'));
    copyFileSync(join(root, 'package.json'), join(copy, 'package.json'));
    for (const file of ['generate.ts', 'metrics-page.ts']) copyFileSync(join(root, 'otel', file), join(copy, 'otel', file));
    symlinkSync(join(root, 'src'), join(copy, 'src'));
    const generate = (...flags: string[]) =>
      spawnSync(process.execPath, ['otel/generate.ts', ...flags], { cwd: copy, encoding: 'utf8' });

    expect(generate('--check')).toMatchObject({
      status: 1,
      stderr:
        'otel/settings.md is out of date: run node otel/generate.ts\notel/metrics.md is out of date: run node otel/generate.ts\n',
    });
    expect(generate()).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(copy, 'otel/settings.md'), 'utf8')).toBe(settingsPage());
    expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
    appendFileSync(join(copy, 'otel/settings.md'), 'by hand\n');
    expect(generate('--check').status).toBe(1);
  });
});

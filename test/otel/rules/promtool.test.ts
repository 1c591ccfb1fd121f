// Prometheus' own checker accepts every rule file, for classic and for native histograms.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { findPanel } from '../../../grafana/kit/find-panel.ts';
import { RULE_AREAS } from '../../../otel/rules/index.ts';
import { ruleFile } from '../../../otel/rules/rule-file.ts';
import { testWith } from '../../kit/with-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'promtel-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

for (const ruleArea of RULE_AREAS) {
  for (const nativeHistograms of [false, true]) {
    const histograms = nativeHistograms ? 'native' : 'classic';
    testWith('promtool', `promtool accepts the rules of ${ruleArea.area} for ${histograms} histograms`, ({ path }) => {
      const rules = ruleFile(ruleArea, { findPanel, nativeHistograms });
      const file = join(folder, `${ruleArea.area}-${histograms}.yaml`);
      writeFileSync(file, rules);
      if (nativeHistograms) expect(rules).not.toMatch(/_seconds_(bucket|count|sum)\b/);
      expect(execFileSync(path, ['check', 'rules', '--lint=all', '--lint-fatal', file], { encoding: 'utf8' })).toContain(
        'SUCCESS',
      );
    });
  }
}

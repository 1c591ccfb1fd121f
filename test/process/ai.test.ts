// Programs that use the Vercel AI SDK, in both module systems: their calls are counted, and unsupported versions are reported.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';

const NOWHERE = { OTEL_METRICS_EXPORTER: 'none' };

describe('a program that uses the AI SDK', () => {
  const imports = {
    module: `import { generateText } from 'ai'; import { MockLanguageModelV4 } from 'ai/test'; import { metricsResponse } from 'promtel';`,
    commonjs: `const { generateText } = require('ai'); const { MockLanguageModelV4 } = require('ai/test'); const { metricsResponse } = require('promtel');`,
  };

  it.each(Object.entries(imports))('calls of the AI SDK are counted, and the program ends: %s', async (type, lines) => {
    const program = `${lines}
      const usage = { inputTokens: { total: 12 }, outputTokens: { total: 5 } };
      const finishReason = { unified: 'stop' };
      const model = new MockLanguageModelV4({
        provider: 'amazon-bedrock',
        doGenerate: async () => ({ content: [{ type: 'text', text: 'so' }], finishReason, usage, warnings: [] }),
      });
      generateText({ model, prompt: 'hello' })
        .then(() => metricsResponse(new Request('http://localhost')))
        .then((response) => response.text())
        .then((page) => console.log(page.split('\\n').filter((line) => line.startsWith('llm_tokens_total')).join('\\n')));`;
    const ending = await runToEnd(['--import', './register.js', `--input-type=${type}`, '--eval', program], NOWHERE);
    expect(ending).toMatchObject({ code: 0, stderr: expect.stringMatching(/^promtel: .* instruments ai .*\n$/) });
    expect(ending.stdout).toMatch(/gen_ai_provider_name="aws.bedrock".*gen_ai_token_type="input".* 12\n/);
  });

  it.each([
    ['index.js', 'require("ai")', 'commonjs'],
    ['index.mjs', 'import "ai"', 'module'],
  ])('an unsupported version of the AI SDK is reported: %s', async (file, program, type) => {
    const folder = mkdtempSync(join(tmpdir(), 'promtel-ai-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const copy = join(folder, 'node_modules/ai');
    mkdirSync(join(copy, 'dist'), { recursive: true });
    const exports = { import: './dist/index.mjs', require: './dist/index.js' };
    writeFileSync(join(copy, 'package.json'), JSON.stringify({ name: 'ai', version: '6.0.1', exports }));
    writeFileSync(join(copy, 'dist', file), '');
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type, dependencies: { ai: '6' } }));
    writeFileSync(join(folder, 'program.js'), program);
    const { stderr } = await runToEnd(['--import', './register.js', join(folder, 'program.js')], NOWHERE);
    expect(stderr).toContain('instrumentation ai: leaves ai 6.0.1 alone: it knows >=7 <8');
  });
});

// Every instrumentation that can be exercised keeps the contract of instrumentations.
import { readdirSync } from 'node:fs';
import { describe } from 'vitest';
import { verifyInstrumentation } from '../kit/instrumentation-kit.ts';

for (const file of readdirSync(new URL('exercises/', import.meta.url))) {
  describe(file.replace('.ts', ''), () => {
    verifyInstrumentation({
      module: new URL(`../../src/instrumentations/${file}`, import.meta.url),
      exercise: new URL(`exercises/${file}`, import.meta.url),
    });
  });
}

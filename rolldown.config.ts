// Puts the compiled package into few files: each file that a process loads costs it a third of a millisecond.
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: {
    index: 'src/index.ts',
    register: 'src/register.ts',
    testing: 'src/testing.ts',
    // What our own code requires or starts by its file name, when it is needed.
    'at-exit': 'src/exporters/at-exit.ts',
    'at-exit-thread': 'src/exporters/at-exit-thread.ts',
    otlp: 'src/exporters/otlp.ts',
    spans: 'src/exporters/spans.ts',
    tracing: 'src/sdk/tracing.ts',
  },
  platform: 'node',
  logLevel: 'warn',
  external: /^(?:node:|@opentelemetry\/|@pydantic\/)/,
  output: {
    dir: 'dist',
    sourcemap: true,
    comments: false,
    chunkFileNames: '[name].js',
    // Otherwise there is a file for each set of entries that share something.
    codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
  },
});

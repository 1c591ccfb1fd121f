// Puts the compiled package into few files: each file that a process loads costs it half a millisecond, and 40 kilobytes one.
import { defineConfig, type Plugin } from 'rolldown';
import { libraries, readAtCollection } from './src/instrumentations/index.ts';

/** What every process loads, or would in most cases load a moment later; and what areas share. */
const SHARED = /[\\/]src[\\/](?:start[\\/]start|hooks|recorders[\\/][\w-]+\.ts|catalog[\\/](?:process|system))/;

/** What several files that are loaded later have in common, by area. */
const AREAS: Readonly<Record<string, RegExp>> = {
  'redis-commands': /[\\/]recorders[\\/]db[\\/]redis/,
  db: /[\\/](?:recorders[\\/]db[\\/]|catalog[\\/]db|instrumentations[\\/](?:pg|mysql2|mongodb)[\\/])/,
  cache: /[\\/](?:recorders[\\/]cache[\\/]|catalog[\\/]cache)/,
  jobs: /[\\/](?:recorders[\\/]jobs[\\/]|catalog[\\/]jobs|instrumentations[\\/]bullmq[\\/])/,
  llm: /[\\/](?:recorders[\\/](?:llm|tools|agents)[\\/]|llm-wire[\\/]|catalog[\\/](?:llm|tools|agent))/,
  mcp: /[\\/]catalog[\\/]mcp/,
};

function areaOf(id: string): string | null {
  return Object.keys(AREAS).find((area) => AREAS[area]!.test(id)) ?? null;
}

/** Puts rolldown's own helper of a few lines where it is used; in a file of its own, every process would load that as well. */
const inlineRuntime: Plugin = {
  name: 'inline-runtime',
  generateBundle(_, bundle) {
    const runtime = bundle['rolldown-runtime.js'];
    if (runtime?.type !== 'chunk') return;
    const helper = /var __defProp = [^]*?\n};/.exec(runtime.code)![0].replaceAll(/\n\s*/g, ' ');
    for (const chunk of Object.values(bundle)) {
      // On one line, as what it replaces, so that the source map still holds.
      if (chunk.type === 'chunk')
        chunk.code = chunk.code.replace(/^import \{ t as __exportAll \} from "[./]*rolldown-runtime\.js";$/m, () => helper);
    }
    delete bundle['rolldown-runtime.js'];
  },
};

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
    catalog: 'src/start/catalog.ts',
    'metrics-page': 'src/start/metrics-page.ts',
    ...Object.fromEntries([...readAtCollection, ...libraries].map(({ file }) => [file, `src/instrumentations/${file}.ts`])),
  },
  platform: 'node',
  logLevel: 'warn',
  external: /^(?:node:|@opentelemetry\/|@pydantic\/)/,
  plugins: [inlineRuntime],
  // So that what entries share lies in one of them rather than in a file more.
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: 'dist',
    sourcemap: true,
    comments: false,
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [
        { name: 'shared', test: SHARED, priority: 2 },
        { name: areaOf, debugName: 'areas', minShareCount: 2, priority: 1 },
      ],
    },
  },
});

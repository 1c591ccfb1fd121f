// `npm run bench` measures promtel and its peers in one run; `-- record scrape` runs only these, `-- --quick` takes a minute, and
// `-- --before=<folder of another build> start-up` adds another build to the peers.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { api } from './api.bench.ts';
import { clients } from './clients.bench.ts';
import { jobs } from './jobs.bench.ts';
import { circumstances, disturbance } from './kit/circumstances.ts';
import { formatPage, formatReport, type Report } from './kit/report.ts';
import { llm } from './llm.bench.ts';
import { memory } from './memory.bench.ts';
import { record } from './record.bench.ts';
import { request } from './request.bench.ts';
import { scrape } from './scrape.bench.ts';
import { startUp } from './start-up.bench.ts';

const BENCHMARKS = [record, api, scrape, request, jobs, clients, llm, startUp, memory];

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    before: { type: 'string' },
  },
});
const unknown = positionals.filter((word) => !BENCHMARKS.some(({ name }) => name === word));
if (unknown.length > 0) {
  console.error(`unknown benchmark: ${unknown.join(', ')}; there are ${BENCHMARKS.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

if (!options['no-build']) {
  // promtel is measured as published: compiled and bundled.
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('src does not compile; --no-build measures dist/ as it is');
}

const disturbed = disturbance();
if (disturbed !== undefined) console.log(`${disturbed}\n`);
const reports: Report[] = [];
for (const benchmark of BENCHMARKS) {
  if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
  const report = { benchmark, findings: await benchmark.run(options) };
  reports.push(report);
  console.log(`${formatReport(report)}\n`);
}

// Only a full run replaces the committed results; a partial one would mix figures of two runs.
if (positionals.length === 0 && !options.quick && options.before === undefined) {
  writeFileSync(new URL('results.md', import.meta.url), formatPage(reports, circumstances()));
  console.log('Written to test/bench/results.md.');
}

// Published applications, as npm gives them, answer and end under promtel as they do without it, and show their routes.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from './kit/free-port.ts';

const published = fileURLToPath(new URL('published', import.meta.url));
const register = new URL('../register.js', import.meta.url).href;

interface Application {
  readonly name: string;
  /** Its entry below node_modules and its arguments, for a port and a folder of its own. */
  command(port: number, folder: string): string[];
  /** Requests that are sent, the first once it is answered well; and for each the route on the page, undefined where none matches. */
  readonly traffic: readonly (readonly [method: string, path: string, route: string | undefined])[];
}

const applications: Application[] = [
  {
    name: 'json-server',
    command(port, folder) {
      const data = join(folder, 'db.json');
      writeFileSync(data, JSON.stringify({ posts: [{ id: 1, title: 'first' }], profile: { name: 'ada' } }));
      return ['json-server/lib/cli/bin.js', '--port', String(port), '--host', '127.0.0.1', data];
    },
    traffic: [
      ['GET', '/posts', '/posts'],
      ['GET', '/posts/1', '/posts/:id'],
      ['GET', '/posts/2', '/posts/:id'],
      ['GET', '/profile', '/profile'],
      ['GET', '/nothing/here', undefined],
    ],
  },
  {
    name: 'node-red',
    command: (port, folder) => ['node-red/red.js', '--port', String(port), '--userDir', folder],
    traffic: [
      ['GET', '/flows', '/flows'],
      ['GET', '/settings', '/settings'],
      ['GET', '/flow/none', '/flow/:id'],
      ['GET', '/no/such/page', undefined],
    ],
  },
  {
    name: 'verdaccio',
    command(port, folder) {
      const config = join(folder, 'config.yaml');
      const settings = {
        storage: join(folder, 'storage'),
        auth: { htpasswd: { file: join(folder, 'htpasswd') } },
        uplinks: {},
        packages: { '**': { access: '$all', publish: '$all' } },
        log: { type: 'stdout', format: 'json', level: 'warn' },
      };
      writeFileSync(config, JSON.stringify(settings));
      return ['verdaccio/bin/verdaccio', '--config', config, '--listen', `127.0.0.1:${port}`];
    },
    traffic: [
      ['GET', '/-/ping', '/-/ping'],
      ['GET', '/nopackage', '/:package/:version?'],
      ['GET', '/nopackage/1.0.0', '/:package/:version?'],
      ['GET', '/-/v1/search?text=x', '/-/v1/search'],
    ],
  },
];

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly metricsPort: number;
}

const folders: string[] = [];

beforeAll(() => {
  if (existsSync(join(published, 'node_modules'))) return;
  const install = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: published, encoding: 'utf8' });
  if (install.status !== 0)
    throw new Error(`the published applications are missing and npm could not install them: ${install.stderr}`);
}, 300_000);

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe.each(applications)('$name', (application) => {
  it(
    'a published application answers and ends as without promtel, and has its routes on the page',
    { timeout: 90_000 },
    async () => {
      const bare = await start(application, false);
      const expected = await answers(application, bare.port);
      const expectedEnd = await terminate(bare.child);

      const watched = await start(application, true);
      expect(await answers(application, watched.port)).toEqual(expected);
      const page = await (await fetch(`http://127.0.0.1:${watched.metricsPort}/metrics`)).text();
      expect(await terminate(watched.child)).toEqual(expectedEnd);

      const counts = page.split('\n').filter((line) => line.startsWith('http_server_request_duration_seconds_count{'));
      for (const [method, path, route] of application.traffic) {
        expect(
          countOf(counts, method, route),
          `${method} ${path} as ${route ?? 'no route'} in\n${counts.join('\n')}`,
        ).toBeGreaterThan(0);
      }
    },
  );
});

async function start(application: Application, underPromtel: boolean): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'promtel-published-'));
  folders.push(folder);
  const [port, metricsPort] = [await freePort(), await freePort()];
  const [entry, ...args] = application.command(port, folder);
  const env = { PATH: process.env['PATH'], HOME: folder, OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort) };
  const preload = underPromtel ? ['--import', register] : [];
  const child = spawn(process.execPath, [...preload, join(published, 'node_modules', entry!), ...args], {
    cwd: folder,
    env,
    stdio: 'ignore',
  });
  const [, path] = application.traffic[0]!;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    if (answer?.ok === true) return { child, port, metricsPort };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  child.kill('SIGKILL');
  throw new Error(`${application.name} did not come up`);
}

function answers({ traffic }: Application, port: number): Promise<string[]> {
  return Promise.all(
    traffic.map(async ([method, path]) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      const body = (await answer.text()).replace(/"time":"[^"]*"/, 'the time');
      return `${method} ${path} ${answer.status} ${body}`;
    }),
  );
}

function terminate(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.kill('SIGTERM');
  });
}

function countOf(counts: readonly string[], method: string, route: string | undefined): number {
  const matching = counts.filter(
    (line) =>
      line.includes(`http_request_method="${method}"`) &&
      (route === undefined ? !line.includes('http_route=') : line.includes(`http_route="${route}"`)),
  );
  return matching.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

// Runs a real Prometheus for a test: it scrapes given pages every few hundred milliseconds and answers queries.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface QueryResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [timestampSeconds: number, value: string];
}

export interface PrometheusProcess {
  /** The result of an instant query. */
  query(promql: string): Promise<readonly QueryResult[]>;
  /** Asks until the answer is as wanted; fails with the last one after a while. */
  queryUntil(promql: string, isWanted: (result: readonly QueryResult[]) => boolean): Promise<readonly QueryResult[]>;
  /** What another path of the HTTP API has as its data. */
  api(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

const PATIENCE_MILLIS = 20_000;

/** Scrapes each job's page, given by its URL. */
export async function startPrometheus(program: string, jobs: Readonly<Record<string, string>>): Promise<PrometheusProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'promtel-prometheus-'));
  const port = await freePort();
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configFor(jobs)));
  const process = spawn(program, [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=exemplar-storage',
    '--log.level=error',
  ]);
  const ended = once(process, 'exit');

  const api = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; data?: unknown; error?: string };
    if (answer.status !== 'success') throw new Error(`Prometheus: ${answer.error}`);
    return answer.data;
  };
  const query = async (promql: string): Promise<readonly QueryResult[]> => {
    return ((await api(`query?query=${encodeURIComponent(promql)}`)) as { result: QueryResult[] }).result;
  };
  const queryUntil: PrometheusProcess['queryUntil'] = async (promql, isWanted) => {
    const end = Date.now() + PATIENCE_MILLIS;
    let last: unknown = 'nothing';
    while (Date.now() < end) {
      try {
        const result = await query(promql);
        if (isWanted(result)) return result;
        last = JSON.stringify(result);
      } catch (error) {
        // Not ready yet, for one.
        last = error;
      }
      await sleep(100);
    }
    throw new Error(`${promql} gave ${String(last)}`);
  };
  const stop = async (): Promise<void> => {
    process.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { api, query, queryUntil, stop };
}

// JSON is YAML.
function configFor(jobs: Readonly<Record<string, string>>): unknown {
  const scrapeConfigs = Object.entries(jobs).map(([name, url]) => {
    const { host, pathname } = new URL(url);
    return { job_name: name, metrics_path: pathname, static_configs: [{ targets: [host] }] };
  });
  return { global: { scrape_interval: '300ms', scrape_timeout: '300ms' }, scrape_configs: scrapeConfigs };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

// Starts a real Prometheus for a test: it scrapes metrics pages every 300 ms, and answers queries.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import type { Program } from '../programs.ts';

export interface QueryResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [timestampSeconds: number, value: string];
}

export interface PrometheusProcess {
  /** The result of an instant query. */
  query(promql: string): Promise<readonly QueryResult[]>;
  /** Repeats an instant query until its result is as wanted; rejects with the last one after 20 seconds. */
  queryUntil(promql: string, isWanted: (result: readonly QueryResult[]) => boolean): Promise<readonly QueryResult[]>;
  /** The `data` of another path of the HTTP API. */
  api(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

const PATIENCE_MILLIS = 20_000;

/** Takes the URL of each job's page. */
export async function startPrometheus(
  program: Program<'prometheus'>,
  jobs: Readonly<Record<string, string>>,
): Promise<PrometheusProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'promtel-prometheus-'));
  const port = await freePort();
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configFor(jobs)));
  const process = spawn(program.path, [
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

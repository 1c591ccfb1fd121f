// Starts a PostgreSQL server for tests, on a free port of the loopback address and in a temporary folder, with nothing made durable.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../apps/http-traffic.ts';
import { freePort } from '../free-port.ts';
import type { Program } from '../programs.ts';
import { SERVER_USER, serverFolder } from './server-folder.ts';

export interface PostgresProcess extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly url: string;
  /** The folder of its Unix socket; clients take it for a host. */
  readonly socketFolder: string;
}

const run = promisify(execFile);

const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=16MB', 'max_connections=50'];

/** Starts the server, and waits until it accepts connections, which need no password. */
export async function startPostgres({ path, tools }: Program<'postgres'>, givenPort?: number): Promise<PostgresProcess> {
  const folder = serverFolder('postgres');
  const data = join(folder.path, 'data');
  const user = 'postgres';
  const cluster = ['-D', data, '-U', user, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(tools.initdb, cluster, { ...SERVER_USER, cwd: folder.path });
  const port = givenPort ?? (await freePort());
  const settings = FAST.flatMap((setting) => ['-c', setting]);
  const address = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder.path];
  const child = spawn(path, [...address, ...settings], { ...SERVER_USER, cwd: folder.path, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    // PostgreSQL's immediate shutdown, which ends its child processes too.
    child.kill('SIGQUIT');
    await ended;
    folder[Symbol.dispose]();
  };
  try {
    await eventually(async () => void (await run(tools.pg_isready, ['-h', '127.0.0.1', '-p', String(port)])), 20_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    user,
    database: 'postgres',
    url: `postgres://${user}@127.0.0.1:${port}/postgres`,
    socketFolder: folder.path,
    [Symbol.asyncDispose]: stop,
  };
}

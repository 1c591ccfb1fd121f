// Runs a PostgreSQL server of the tests' own on a free port of loopback, in a temporary folder, with nothing made durable.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../apps/http-traffic.ts';
import { freePort } from '../free-port.ts';
import { serverFolder } from './server-folder.ts';

export interface PostgresProcess extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly url: string;
  /** Where its Unix socket is; a client takes it for its host. */
  readonly socketFolder: string;
}

const run = promisify(execFile);

const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=16MB', 'max_connections=50'];

/**
 * Starts `postgres`, whose path `testWith` hands over, and waits until it takes connections. Anybody may enter. On a port given,
 * it is back where it was.
 */
export async function startPostgres(program: string, port?: number): Promise<PostgresProcess> {
  const programs = dirname(realpathSync(program));
  const folder = serverFolder('postgres');
  const data = join(folder.path, 'data');
  const user = 'postgres';
  const cluster = ['-D', data, '-U', user, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(join(programs, 'initdb'), cluster, { ...folder.owner, cwd: folder.path });
  const own = port ?? (await freePort());
  const settings = FAST.flatMap((setting) => ['-c', setting]);
  const where = ['-D', data, '-h', '127.0.0.1', '-p', String(own), '-k', folder.path];
  const child = spawn(program, [...where, ...settings], { ...folder.owner, cwd: folder.path, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    // The immediate shutdown, which ends its children too.
    child.kill('SIGQUIT');
    await ended;
    folder[Symbol.dispose]();
  };
  try {
    await eventually(async () => void (await run(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(own)])), 20_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port: own,
    user,
    database: 'postgres',
    url: `postgres://${user}@127.0.0.1:${own}/postgres`,
    socketFolder: folder.path,
    [Symbol.asyncDispose]: stop,
  };
}

// Runs a MariaDB server of the tests' own on a free port of loopback, in a temporary folder, with nothing made durable.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../apps/http-traffic.ts';
import { freePort } from '../free-port.ts';
import { serverFolder } from './server-folder.ts';

export interface MariadbProcess extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Who may do everything, without a password. */
  readonly user: string;
  readonly database: string;
  readonly url: string;
  readonly socketPath: string;
  /** What `mariadb` prints for statements, without the last line's end. */
  cli(statements: string): Promise<string>;
}

const run = promisify(execFile);

const SMALL = ['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=4M'];

const FAST = ['--skip-log-bin', '--skip-name-resolve', '--bind-address=127.0.0.1', '--innodb-flush-log-at-trx-commit=0'];

/** Starts `mariadbd`, whose path `testWith` hands over, and waits until it takes connections; its database `app` is empty. */
export async function startMariadb(program: string, port?: number): Promise<MariadbProcess> {
  const own = port ?? (await freePort());
  const folder = serverFolder('mariadb');
  const data = join(folder.path, 'data');
  const socketPath = join(folder.path, 'mariadb.sock');
  const common = ['--no-defaults', `--datadir=${data}`, ...SMALL];
  const options = { ...folder.owner, cwd: folder.path };
  await run('mariadb-install-db', [...common, '--auth-root-authentication-method=normal', '--skip-test-db'], options);
  const where = [`--port=${own}`, `--socket=${socketPath}`];
  const child = spawn(program, [...common, ...where, ...FAST], { ...options, stdio: 'ignore' });
  const ended = once(child, 'exit');
  await eventually(() => greets(own), 20_000);
  const cli = async (statements: string): Promise<string> => {
    const { stdout } = await run('mariadb', ['--no-defaults', '-u', 'root', '-S', socketPath, '-N', '-B', '-e', statements]);
    return stdout.trimEnd();
  };
  await cli('CREATE DATABASE app');
  return {
    host: '127.0.0.1',
    port: own,
    user: 'root',
    database: 'app',
    url: `mysql://root@127.0.0.1:${own}/app`,
    socketPath,
    cli,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      folder[Symbol.dispose]();
    },
  };
}

/** The server speaks first. */
async function greets(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}

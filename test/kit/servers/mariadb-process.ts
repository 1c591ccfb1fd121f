// Starts a MariaDB server for tests, on a free port of the loopback address and in a temporary folder, with nothing made durable.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../apps/http-traffic.ts';
import { freePort } from '../free-port.ts';
import type { Program } from '../programs.ts';
import { SERVER_USER, serverFolder } from './server-folder.ts';

export interface MariadbProcess extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Has every privilege, and no password. */
  readonly user: string;
  readonly database: string;
  readonly url: string;
  readonly socketPath: string;
  /** Runs statements with `mariadb`, and gives what it prints, without the last line break. */
  cli(statements: string): Promise<string>;
}

const run = promisify(execFile);

const SMALL = ['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=4M'];

const FAST = ['--skip-log-bin', '--skip-name-resolve', '--bind-address=127.0.0.1', '--innodb-flush-log-at-trx-commit=0'];

/** Starts the server, and waits until it accepts connections; its database `app` is empty. */
export async function startMariadb({ path, tools }: Program<'mariadbd'>, givenPort?: number): Promise<MariadbProcess> {
  const port = givenPort ?? (await freePort());
  const folder = serverFolder('mariadb');
  const data = join(folder.path, 'data');
  const socketPath = join(folder.path, 'mariadb.sock');
  const common = ['--no-defaults', `--datadir=${data}`, ...SMALL];
  const options = { ...SERVER_USER, cwd: folder.path };
  await run(tools['mariadb-install-db'], [...common, '--auth-root-authentication-method=normal', '--skip-test-db'], options);
  const address = [`--port=${port}`, `--socket=${socketPath}`];
  const child = spawn(path, [...common, ...address, ...FAST], { ...options, stdio: 'ignore' });
  const ended = once(child, 'exit');
  await eventually(() => greets(port), 20_000);
  const cli = async (statements: string): Promise<string> => {
    const { stdout } = await run(tools.mariadb, ['--no-defaults', '-u', 'root', '-S', socketPath, '-N', '-B', '-e', statements]);
    return stdout.trimEnd();
  };
  await cli('CREATE DATABASE app');
  return {
    host: '127.0.0.1',
    port,
    user: 'root',
    database: 'app',
    url: `mysql://root@127.0.0.1:${port}/app`,
    socketPath,
    cli,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      folder[Symbol.dispose]();
    },
  };
}

/** Resolves when the server has sent something: in its protocol, the server speaks first. */
async function greets(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}

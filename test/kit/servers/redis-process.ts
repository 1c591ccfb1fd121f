// Starts a Redis server for tests, on a free port of the loopback address, with nothing kept on disk.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { eventually } from '../apps/http-traffic.ts';
import { freePort } from '../free-port.ts';
import type { Program } from '../programs.ts';

export interface RedisProcess extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** What started it, for a test that needs another server. */
  readonly program: Program<'redis-server'>;
  /** Runs a command with `redis-cli`, and gives what it prints, without the last line break. */
  cli(...args: string[]): Promise<string>;
}

const run = promisify(execFile);

/** Starts the server, and waits until it answers. */
export async function startRedis(
  program: Program<'redis-server'>,
  givenPort?: number,
  furtherArgs: readonly string[] = [],
): Promise<RedisProcess> {
  const port = givenPort ?? (await freePort());
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'];
  const child = spawn(program.path, [...settings, ...furtherArgs], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const cli = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(program.tools['redis-cli'], ['-p', String(port), ...args]);
    return stdout.trimEnd();
  };
  await eventually(async () => {
    if ((await cli('ping')) !== 'PONG') throw new Error('redis-server does not answer');
  }, 10_000);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    program,
    cli,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

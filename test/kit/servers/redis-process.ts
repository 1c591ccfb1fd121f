// Runs a Redis server of the tests' own on a free port of loopback, with nothing kept on disk.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { eventually } from '../apps/http-traffic.ts';
import { freePort } from '../free-port.ts';
import { findProgram } from '../programs.ts';

export interface RedisProcess extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** What `redis-cli` prints, without the last line's end. */
  cli(...args: string[]): Promise<string>;
}

const run = promisify(execFile);

/**
 * Starts `redis-server`, whose path `testWith` hands over, and waits until it answers. On a port given, it is back where it was;
 * `more` are further arguments.
 */
export async function startRedis(program: string, port?: number, more: readonly string[] = []): Promise<RedisProcess> {
  const own = port ?? (await freePort());
  const settings = ['--port', String(own), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'];
  const child = spawn(program, [...settings, ...more], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const cli = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(findProgram('redis-cli') ?? 'redis-cli', ['-p', String(own), ...args]);
    return stdout.trimEnd();
  };
  await eventually(async () => {
    if ((await cli('ping')) !== 'PONG') throw new Error('redis-server does not answer');
  }, 10_000);
  return {
    port: own,
    url: `redis://127.0.0.1:${own}`,
    cli,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

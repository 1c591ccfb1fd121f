// Starts a server that speaks MongoDB's wire protocol, on a free port of the loopback address, with nothing kept on disk.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { mongoArguments, type Program } from '../programs.ts';

export interface MongoProcess extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** What started it, for a test that needs another server. */
  readonly program: Program<'mongo-java-server'>;
}

/** A command that sleeps blocks the thread of its connection. Connections take threads in turn, so there is one for each. */
const JAVA_OPTIONS = ['-XX:TieredStopAtLevel=1', '-Xmx256m', '-Dio.netty.eventLoopThreads=64'];

/** Starts the server of `mongo-server/`, and waits until it listens. */
export async function startMongo(program: Program<'mongo-java-server'>, givenPort = 0): Promise<MongoProcess> {
  const child = spawn(program.path, [...JAVA_OPTIONS, ...mongoArguments(givenPort)], { stdio: ['pipe', 'pipe', 'ignore'] });
  // It ends with its standard input, so that it does not outlive tests that are killed.
  const ended = once(child, 'exit');
  const started = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  const port = Number(started[0]);
  if (child.exitCode !== null || !(port > 0)) throw new Error(`mongo-java-server did not start: ${String(started[0])}`);
  return {
    port,
    url: `mongodb://127.0.0.1:${port}`,
    program,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

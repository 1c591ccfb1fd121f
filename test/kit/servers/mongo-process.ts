// Runs a server that speaks MongoDB's wire protocol on a free port of loopback, with nothing kept on disk.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { MONGO_HOME } from '../programs.ts';

export interface MongoProcess extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

/** A command that sleeps holds up the thread of its connection, which no other is to share: they are dealt out in turn. */
const JAVA_OPTIONS = ['-XX:TieredStopAtLevel=1', '-Xmx256m', '-Dio.netty.eventLoopThreads=64'];

/** Starts the server of `mongo-server/`, with the `java` that `testWith` hands over, and waits until it listens. On a port given, it is back where it was. */
export async function startMongo(java: string, port = 0): Promise<MongoProcess> {
  const classes = [MONGO_HOME, join(MONGO_HOME, '*')].join(delimiter);
  const child = spawn(java, [...JAVA_OPTIONS, '-cp', classes, 'MongoServerMain', String(port)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  // It ends with its standard input, so also when the tests are killed.
  const started = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  const own = Number(started[0]);
  if (child.exitCode !== null || !(own > 0)) throw new Error(`mongo-java-server did not start: ${String(started[0])}`);
  return {
    port: own,
    url: `mongodb://127.0.0.1:${own}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

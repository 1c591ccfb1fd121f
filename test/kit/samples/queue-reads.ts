// Who reads how much is in a queue, as Redis itself sees it: what `redis-cli monitor` shows of promtel's script.
import { spawn } from 'node:child_process';
import { eventually } from '../apps/http-traffic.ts';
import type { RedisProcess } from '../servers/redis-process.ts';

export interface QueueRead {
  /** By the clock of the machine. */
  readonly atSeconds: number;
  /** Another one for every process. */
  readonly reader: string;
}

export interface QueueReads extends AsyncDisposable {
  /** In the order in which Redis did them. */
  readonly all: readonly QueueRead[];
  /** How many connections have asked whether theirs is the turn to read. */
  readonly askers: number;
}

/** Takes the queue with its prefix, such as `bull:mail`. */
export async function watchReads({ program, port }: RedisProcess, queue: string): Promise<QueueReads> {
  const monitor = spawn(program.tools['redis-cli'], ['-p', String(port), 'monitor']);
  const ended = new Promise<void>((resolve) => {
    monitor.on('close', () => resolve());
  });
  let output = '';
  monitor.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await eventually(() => {
    if (!output.startsWith('OK')) throw new Error('redis-cli monitor does not answer');
  });
  const lock = `promtel:queue-poll:${queue}`;
  return {
    get all() {
      return readsIn(output, lock, queue);
    },
    get askers() {
      const asking = output.split('\n').filter((line) => / "eval" /i.test(line) && line.includes(`"${lock}"`));
      return new Set(asking.map((line) => /\[\d+ (\S+)\]/.exec(line)?.[1])).size;
    },
    async [Symbol.asyncDispose]() {
      monitor.kill('SIGKILL');
      await ended;
    },
  };
}

/** Redis does one script after the other: who has renewed the lock reads what is read next. */
function readsIn(output: string, lock: string, queue: string): QueueRead[] {
  const reads: QueueRead[] = [];
  let reader = '';
  for (const line of output.split('\n')) {
    const [, atSeconds, command] = /^([\d.]+) \[\d+ lua\] (.*)$/.exec(line) ?? [];
    if (command?.startsWith(`"SET" "${lock}" `)) reader = command.split('"')[5]!;
    // Nobody else asks for it.
    if (command === `"ZCARD" "${queue}:completed"`) reads.push({ atSeconds: Number(atSeconds), reader });
  }
  return reads;
}

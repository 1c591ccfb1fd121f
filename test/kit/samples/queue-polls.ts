// The polls of a queue's depth, and by which process, as `redis-cli monitor` shows the commands of promtel's script.
import { spawn } from 'node:child_process';
import { eventually } from '../apps/http-traffic.ts';
import type { RedisProcess } from '../servers/redis-process.ts';

export interface QueuePoll {
  /** Unix time of the poll. */
  readonly atSeconds: number;
  /** Identifies the process that polled. */
  readonly reader: string;
}

export interface QueuePolls extends AsyncDisposable {
  /** In the order in which Redis ran them. */
  readonly all: readonly QueuePoll[];
  /** How many connections have tried to take or renew the lock that a process must hold to poll. */
  readonly pollers: number;
}

/** The queue is named with its prefix, such as `bull:mail`. */
export async function watchPolls({ program, port }: RedisProcess, queue: string): Promise<QueuePolls> {
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
      return pollsIn(output, lock, queue);
    },
    get pollers() {
      const asking = output.split('\n').filter((line) => / "eval" /i.test(line) && line.includes(`"${lock}"`));
      return new Set(asking.map((line) => /\[\d+ (\S+)\]/.exec(line)?.[1])).size;
    },
    async [Symbol.asyncDispose]() {
      monitor.kill('SIGKILL');
      await ended;
    },
  };
}

/** Redis runs one script after the other: the poll that follows a renewal of the lock is by the process that renewed it. */
function pollsIn(output: string, lock: string, queue: string): QueuePoll[] {
  const reads: QueuePoll[] = [];
  let reader = '';
  for (const line of output.split('\n')) {
    const [, atSeconds, command] = /^([\d.]+) \[\d+ lua\] (.*)$/.exec(line) ?? [];
    if (command?.startsWith(`"SET" "${lock}" `)) reader = command.split('"')[5]!;
    // No other client counts the completed jobs.
    if (command === `"ZCARD" "${queue}:completed"`) reads.push({ atSeconds: Number(atSeconds), reader });
  }
  return reads;
}

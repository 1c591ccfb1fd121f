// Runs programs beside a demo, each in a group of its own so that Ctrl-C reaches only the demo, which ends them in order.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const REGISTER = new URL('../../register.js', import.meta.url).href;
const LONGEST_START_MILLIS = 20_000;
const LONGEST_END_MILLIS = 5000;

const running = new Set();
process.on('exit', () => {
  for (const program of running) program.kill('SIGKILL');
});

/**
 * Starts an application under promtel with a page on its port, if that is free; resolves when it has given its greeting and promtel
 * the address of the page. What it is told goes before the environment of the demo, and that before what is usual.
 */
export async function startUnderPromtel(name, script, { greeting, metricsPort, told = {} }) {
  const env = {
    PORT: '0',
    OTEL_SERVICE_NAME: name,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await portOrAny(metricsPort)),
    // Not the 15 s that are right for Prometheus: somebody is looking on.
    PROMTEL_QUEUE_POLL_SECONDS: '2',
    ...process.env,
    ...told,
  };
  const program = start(name, process.execPath, ['--import', REGISTER, fileURLToPath(script)], { env });
  const [[, said], [, metricsUrl]] = await Promise.all([
    program.line('stdout', greeting),
    program.line('stderr', /(http\S+\/metrics)/),
  ]);
  return { said, metricsUrl, stop: program.stop };
}

/** Starts a program. Should it end before it is stopped, the demo ends as well. */
export function start(name, command, args, { env = process.env, isQuiet = false } = {}) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child);
  let isStopping = false;
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  }).then((how) => {
    running.delete(child);
    if (isStopping) return;
    console.error(`${name} ended by itself (${how})`);
    process.exit(1);
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => isQuiet || process.stderr.write(text));
  return {
    line: (stream, pattern) => firstMatch(child[stream], pattern, name),
    async stop() {
      isStopping = true;
      child.kill('SIGTERM');
      const overdue = setTimeout(() => child.kill('SIGKILL'), LONGEST_END_MILLIS);
      await ended;
      clearTimeout(overdue);
    },
  };
}

/** The port if it is free, else one that is. */
export async function portOrAny(port) {
  return (await tryPort(port)) ?? (await tryPort(0));
}

function tryPort(port) {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(undefined));
    server.listen(port, () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
}

function firstMatch(stream, pattern, name) {
  return new Promise((resolve) => {
    let said = '';
    const overdue = setTimeout(() => {
      console.error(`${name} has not said ${pattern} for ${LONGEST_START_MILLIS / 1000} s`);
      process.exit(1);
    }, LONGEST_START_MILLIS);
    stream.on('data', read);
    function read(text) {
      said += text;
      const found = pattern.exec(said);
      if (found === null) return;
      clearTimeout(overdue);
      stream.off('data', read);
      resolve(found);
    }
  });
}

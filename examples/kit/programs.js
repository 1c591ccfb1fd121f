// Starts and stops the programs of a demo, each in its own process group: Ctrl-C reaches only the demo, which stops them in order.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const REGISTER = new URL('../../register.js', import.meta.url).href;
const START_TIMEOUT_MILLIS = 20_000;
const STOP_TIMEOUT_MILLIS = 5000;

const running = new Set();
process.on('exit', () => {
  for (const program of running) program.kill('SIGKILL');
});

/**
 * Starts an application under promtel with its metrics page on the given port, or on another one if that is in use. Resolves when
 * the application has printed a line that matches `readyPattern`, and promtel the address of the page. `env` overrides the
 * environment of the demo, which overrides the defaults.
 *
 * @returns `announced`: the first group of `readyPattern`, `metricsUrl`, and `stop`
 */
export async function startUnderPromtel(name, script, { readyPattern, metricsPort, env = {} }) {
  const fullEnv = {
    PORT: '0',
    OTEL_SERVICE_NAME: name,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await portOrAny(metricsPort)),
    // Shorter than the default of 15 s, so that the page shows changes soon.
    PROMTEL_QUEUE_POLL_SECONDS: '2',
    ...process.env,
    ...env,
  };
  const program = start(name, process.execPath, ['--import', REGISTER, fileURLToPath(script)], { env: fullEnv });
  const [[, announced], [, metricsUrl]] = await Promise.all([
    program.line('stdout', readyPattern),
    program.line('stderr', /(http\S+\/metrics)/),
  ]);
  return { announced, metricsUrl, stop: program.stop };
}

/** Starts a program. If it exits before it is stopped, the demo exits too. */
export function start(name, command, args, { env = process.env, isQuiet = false } = {}) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child);
  let isStopping = false;
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  }).then((reason) => {
    running.delete(child);
    if (isStopping) return;
    console.error(`${name} exited unexpectedly (${reason})`);
    process.exit(1);
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => isQuiet || process.stderr.write(text));
  return {
    line: (stream, pattern) => firstMatch(child[stream], pattern, name),
    async stop() {
      isStopping = true;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MILLIS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The port if it is free, else any free port. */
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
    let output = '';
    const timer = setTimeout(() => {
      console.error(`${name} did not print ${pattern} within ${START_TIMEOUT_MILLIS / 1000} s`);
      process.exit(1);
    }, START_TIMEOUT_MILLIS);
    stream.on('data', read);
    function read(text) {
      output += text;
      const found = pattern.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      stream.off('data', read);
      resolve(found);
    }
  });
}

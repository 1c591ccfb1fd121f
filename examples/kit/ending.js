// Ends a demo after the seconds of `--for`, or on SIGINT (Ctrl-C), SIGTERM or SIGHUP.
import { parseArgs } from 'node:util';

// Until `onEnd` is called there is nothing to finish: the demo exits, and its programs are killed.
let end = () => process.exit(1);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end());

/** Parses `--for`; Infinity without it. Exits with an error if it is no number above 0. */
export function secondsToRun() {
  const { values } = parseArgs({ options: { for: { type: 'string' } } });
  const seconds = values.for === undefined ? Infinity : Number(values.for);
  if (seconds > 0) return seconds;
  console.error(`--for ${values.for}: give a number of seconds above 0`);
  process.exit(2);
}

/** How long the demo runs, as the end of a sentence. */
export function durationPhrase(seconds) {
  return Number.isFinite(seconds) ? ` for ${seconds} s` : '; stop with Ctrl-C';
}

/** Calls `finish` once, after the seconds or on the first signal; then the process exits. */
export function onEnd(seconds, finish) {
  end = async () => {
    end = () => {};
    await finish();
    process.exit(0);
  };
  if (Number.isFinite(seconds)) setTimeout(() => end(), seconds * 1000);
}

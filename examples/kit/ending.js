// When a demo ends: after `--for 10` seconds, or on Ctrl-C and what else asks a process to end.
import { parseArgs } from 'node:util';

// Until there is something to finish, the demo just goes; its programs go with it.
let end = () => process.exit(1);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end());

/** The seconds of the command line; Infinity where it says nothing. Ends the process where they are none. */
export function secondsToRun() {
  const { values } = parseArgs({ options: { for: { type: 'string' } } });
  const seconds = values.for === undefined ? Infinity : Number(values.for);
  if (seconds > 0) return seconds;
  console.error(`--for ${values.for}: give a number of seconds above 0`);
  process.exit(2);
}

/** How long it runs, as the end of a sentence. */
export function untilWhen(seconds) {
  return Number.isFinite(seconds) ? ` for ${seconds} s` : '; stop with Ctrl-C';
}

/** Calls back once, after the seconds or as soon as somebody wants the demo to end; then the process exits. */
export function atTheEnd(seconds, finish) {
  end = async () => {
    end = () => {};
    await finish();
    process.exit(0);
  };
  if (Number.isFinite(seconds)) setTimeout(() => end(), seconds * 1000);
}

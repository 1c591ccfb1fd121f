// However a program ends, its last metrics are exported, and it ends as it does without promtel.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killApps, runApp } from '../kit/apps/run-app.ts';
import type { Ending } from '../kit/apps/run-to-end.ts';
import { openOtlpSink, type OtlpSink } from '../kit/servers/otlp-sink.ts';

const PRELOAD = ['--import', './test/sdk/fixtures/preload.mjs'];
const PROGRAM = './test/sdk/fixtures/ends.mjs';
/** An exporter that held the process for as long as it waits would have it killed by the test. */
const PATIENT = {
  OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
  OTEL_METRIC_EXPORT_TIMEOUT: '600000',
  OTEL_METRIC_EXPORT_INTERVAL: '600000',
};

let sink: OtlpSink;

beforeEach(async () => {
  sink = await openOtlpSink();
});
afterEach(() => sink.close());
afterAll(killApps);

interface Way {
  readonly name: string;
  readonly signal?: NodeJS.Signals;
}

async function end(args: readonly string[], { name, signal }: Way, env: Readonly<Record<string, string>>): Promise<Ending> {
  const app = runApp([...args, PROGRAM, name], { env });
  if (signal !== undefined) {
    await app.line(/ready/);
    app.signal(signal);
  }
  return app.ended;
}

/** Without Node's own frames: which they are depends on the number of listeners. */
function comparable({ stderr, ...rest }: Ending): Ending {
  return { ...rest, stderr: stderr.replace(/^ +at .*\(node:.*\)\n/gm, '') };
}

function otlp(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...more };
}

function ordersAt(receiver: OtlpSink): number | undefined {
  return receiver.requests.at(-1)?.points.find(({ name }) => name === 'shop.order.value')?.value;
}

const exits = [
  'naturally',
  'at once',
  'with an exit code',
  'by process.exit',
  'by process.exit later',
  'by process.exit in beforeExit',
  'by an uncaught error',
  'by an unhandled rejection',
  'by an error in an exit handler',
  'by an abandoned await',
].map((name): Way => ({ name }));

const terminations = [
  'with no handler',
  'with a handler that exits',
  'with a handler that exits later',
  'with a handler put before all others',
  'with a handler that raises the signal again',
  'with a handler that came and went',
  'with a handler that replaces all others',
  'with a handler that does nothing',
  'with signal-exit',
  'as a server that closes',
].map((name): Way => ({ name, signal: 'SIGTERM' }));

const interruptions: Way[] = [
  { name: 'with no handler', signal: 'SIGINT' },
  { name: 'with signal-exit', signal: 'SIGINT' },
];
const ways = [...exits, ...terminations, ...interruptions];

describe.each(ways)('a program that ends $name ($signal)', (way) => {
  it('exports its last point once and ends as without promtel', async () => {
    const [bare, measured] = await Promise.all([end([], way, {}), end(PRELOAD, way, otlp())]);
    expect(comparable(measured)).toEqual(comparable(bare));
    expect(ordersAt(sink)).toBe(1);
    expect(sink.requests).toHaveLength(1);
  });
});

/** One of each kind, since each takes its time. */
const kinds = [
  'naturally',
  'by process.exit',
  'by an uncaught error',
  'by an abandoned await',
  'with no handler',
  'with a handler that exits later',
  'with signal-exit',
];

describe.each(ways.filter(({ name, signal }) => kinds.includes(name) && signal !== 'SIGINT'))(
  'a program that ends $name ($signal) while the receiver',
  (way) => {
    it('is gone ends as without promtel, with one line', async () => {
      await sink.close();
      const [bare, measured] = await Promise.all([end([], way, {}), end(PRELOAD, way, otlp(PATIENT))]);
      expect(comparable(withoutLines(measured))).toEqual(comparable(bare));
    });

    it('does not answer ends as without promtel within its deadline', async () => {
      sink.manner = 'hang';
      const [bare, measured] = await Promise.all([
        end([], way, {}),
        end(PRELOAD, way, otlp({ ...PATIENT, PROMTEL_SHUTDOWN_TIMEOUT: '500' })),
      ]);
      expect(comparable(withoutLines(measured))).toEqual(comparable(bare));
    });
  },
);

function withoutLines({ stderr, ...rest }: Ending): Ending {
  const lines = stderr.match(/^promtel: .*\n/gm) ?? [];
  expect(lines.length).toBeLessThanOrEqual(1);
  return { ...rest, stderr: stderr.replace(/^promtel: .*\n/gm, '') };
}

describe('a program', () => {
  it('a program under promtel exports again what it recorded after its first beforeExit', async () => {
    const ending = await end(PRELOAD, { name: 'by more work in beforeExit' }, otlp());
    expect(ending).toMatchObject({ code: 0, stdout: 'more work\n' });
    expect(ordersAt(sink)).toBe(2);
  });

  it('a program under promtel ends at once when it kills itself with SIGKILL', async () => {
    const way = { name: 'by its own SIGKILL' };
    const [bare, measured] = await Promise.all([end([], way, {}), end(PRELOAD, way, otlp())]);
    expect(measured).toEqual(bare);
  });

  it('a program under promtel does not wait for the last export with PROMTEL_SHUTDOWN_TIMEOUT=0', async () => {
    const ending = await end(PRELOAD, { name: 'with no handler', signal: 'SIGTERM' }, otlp({ PROMTEL_SHUTDOWN_TIMEOUT: '0' }));
    expect(ending).toMatchObject({ signal: 'SIGTERM' });
    expect(sink.arrivals).toBe(0);
  });

  it('a program under promtel has no process listeners of promtel where nothing is pushed', async () => {
    const app = runApp(
      [
        '--import',
        './test/sdk/fixtures/preload.mjs',
        '-p',
        "['SIGTERM', 'SIGINT', 'exit', 'beforeExit'].map((event) => process.listenerCount(event)).join()",
      ],
      {
        env: { OTEL_METRICS_EXPORTER: 'prometheus' },
      },
    );
    expect(await app.ended).toMatchObject({ code: 0, stdout: '0,0,0,0\n' });
  });

  it('a program under promtel ends at once at a second signal', async () => {
    sink.manner = 'hang';
    const app = runApp([...PRELOAD, PROGRAM, 'with no handler'], {
      env: otlp({ ...PATIENT, PROMTEL_SHUTDOWN_TIMEOUT: '600000' }),
    });
    await app.line(/ready/);
    app.signal('SIGINT');
    await new Promise<void>((resolve) => {
      const poll = setInterval(() => {
        if (sink.arrivals === 0) return;
        clearInterval(poll);
        resolve();
      }, 10);
    });
    app.signal('SIGINT');
    expect(await app.ended).toMatchObject({ signal: 'SIGINT' });
  });
});
